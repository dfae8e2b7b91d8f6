"""The table of laws, held against what it must contain."""

import pytest

from jobs.rules.clocks import public_holidays
from jobs.rules.regulations import (
    REGULATIONS,
    Right,
    Unit,
    Window,
    choices,
    codes,
    lookup,
)

CANONICAL = [
    "gdpr",
    "ccpa",
    "cpra_ca_usa",
    "vcdpa_va_usa",
    "cpa_co_usa",
    "ctdpa_ct_usa",
    "ucpa_ut_usa",
    "tdpsa_tx_usa",
    "fdbr_fl_usa",
    "ocpa_or_usa",
    "mcdpa_mt_usa",
    "mcdpa_mn_usa",
    "icdpa_ia_usa",
    "tipa_tn_usa",
    "dpdpa_de_usa",
    "ndpa_ne_usa",
    "nhpa_nh_usa",
    "njdpa_nj_usa",
    "modpa_md_usa",
    "icdpa_in_usa",
    "kcdpa_ky_usa",
    "ridtppa_ri_usa",
    "mhmda_wa_usa",
    "hipaa_usa",
    "lgpd_bra",
    "pdpa_tha",
    "apa_aus",
    "nzpa_nzl",
    "ql25_qc_can",
    "pipa_kor",
    "dpdpa_ind",
]
ALIASES = {
    "cpa_usa": "cpa_co_usa",
    "cpra_usa": "cpra_ca_usa",
    "ctdpa_usa": "ctdpa_ct_usa",
    "fdbr_usa": "fdbr_fl_usa",
    "icdpa_usa": "icdpa_ia_usa",
    "mcdpa_usa": "mcdpa_mt_usa",
    "mhmda_usa": "mhmda_wa_usa",
    "ndpa_usa": "ndpa_ne_usa",
    "nhpa_usa": "nhpa_nh_usa",
    "njdpa_usa": "njdpa_nj_usa",
    "ocpa_usa": "ocpa_or_usa",
    "tdpsa_usa": "tdpsa_tx_usa",
    "ucpa_usa": "ucpa_ut_usa",
    "vcdpa_usa": "vcdpa_va_usa",
    "dpdpa": "dpdpa_de_usa",
    "dpdpa_usa": "dpdpa_de_usa",
    "ql25": "ql25_qc_can",
    "ql25_can": "ql25_qc_can",
}


def test_every_law_is_there_once() -> None:
    assert sorted(law.code for law in REGULATIONS) == sorted(CANONICAL)
    assert len(codes()) == len(set(codes())) == len(CANONICAL) + len(ALIASES)


@pytest.mark.parametrize(("alias", "code"), ALIASES.items())
def test_an_alias_names_its_law_in_any_letter_case(alias: str, code: str) -> None:
    for given in (alias, alias.upper(), code, code.upper()):
        law = lookup(given)
        assert law is not None
        assert law.code == code


@pytest.mark.parametrize("given", ["", "none", "gdp", "usa"])
def test_an_unknown_code_finds_nothing(given: str) -> None:
    assert lookup(given) is None


def test_the_two_codes_of_california_have_the_same_clocks() -> None:
    ccpa, cpra = lookup("ccpa"), lookup("cpra_ca_usa")

    assert ccpa is not None
    assert cpra is not None
    assert (ccpa.respond, ccpa.clocks, ccpa.acknowledge) == (
        cpra.respond,
        cpra.clocks,
        cpra.acknowledge,
    )
    assert ccpa.extension == Window(45, Unit.DAYS, ccpa.citation)


@pytest.mark.parametrize("law", REGULATIONS, ids=lambda law: law.code)
def test_every_row_is_whole_and_its_place_has_a_calendar(law) -> None:
    assert all((law.label, law.name, law.place, law.citation, law.respond.citation))
    assert Right.ACCESS in law.rights
    assert law.confidence in {"V", "K", "V/K", "?"}
    assert law.code == "gdpr" or public_holidays(law.holidays, 2026)


def test_choices_begin_with_gdpr_and_read_like_names() -> None:
    assert choices()[0] == ("gdpr", "GDPR, European Union and EEA")
    assert dict(choices())["ql25_qc_can"] == "Law 25, Quebec"
    assert len({name for _code, name in choices()}) == len(CANONICAL)
