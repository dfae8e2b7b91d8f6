"""Due dates by law and action, with the calendar's traps."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from jobs.rules.clocks import Due, UnknownRegulation, due, explain, warning
from jobs.rules.regulations import OPT_OUT, Unit, Window


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def received(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def due_of(
    regulation: str, day: str, action: str = "access", zone: str = "UTC", **more: object
) -> Due:
    return due(regulation=regulation, action=action, received_at=received(day), zone=zone, **more)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-24", date(2026, 12, 24)),
        ("2026-01-31", date(2026, 2, 28)),
        ("2028-01-31", date(2028, 2, 29)),
        ("2027-01-29", date(2027, 2, 28)),
        ("2028-02-29", date(2028, 3, 29)),
        ("2026-03-31", date(2026, 4, 30)),
        ("2026-12-31", date(2027, 1, 31)),
        ("2026-02-28", date(2026, 3, 28)),
    ],
)
def test_a_month_ends_on_the_same_number_or_the_last_day(day: str, expected: date) -> None:
    assert due_of("gdpr", day).due_on == expected


@pytest.mark.parametrize(
    ("regulation", "action", "expected"),
    [
        ("ccpa", "access", date(2026, 2, 15)),
        ("cpra_ca_usa", "delete", date(2026, 2, 15)),
        ("fdbr_fl_usa", "delete", date(2026, 2, 15)),
        ("icdpa_ia_usa", "access", date(2026, 4, 1)),
        ("icdpa_ia_usa", OPT_OUT, date(2026, 4, 1)),
        ("hipaa_usa", "access", date(2026, 1, 31)),
        ("hipaa_usa", "correct", date(2026, 3, 2)),
        ("lgpd_bra", "access", date(2026, 1, 16)),
        ("lgpd_bra", "delete", date(2026, 1, 1)),
        ("lgpd_bra", OPT_OUT, date(2026, 1, 1)),
        ("gdpr", OPT_OUT, date(2026, 1, 1)),
        ("mhmda_wa_usa", OPT_OUT, date(2026, 1, 1)),
        ("mhmda_wa_usa", "delete", date(2026, 2, 15)),
        ("ql25_qc_can", "access", date(2026, 1, 31)),
        ("pipa_kor", "delete", date(2026, 1, 11)),
        ("pipa_kor", OPT_OUT, date(2026, 1, 11)),
        ("dpdpa_ind", "access", date(2026, 4, 1)),
        ("apa_aus", "delete", date(2026, 1, 31)),
        ("pdpa_tha", "access", date(2026, 1, 31)),
    ],
)
def test_each_law_and_action_has_its_own_window(
    regulation: str, action: str, expected: date
) -> None:
    assert due_of(regulation, "2026-01-01", action).due_on == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Thanksgiving and the day after are holidays of California, Christmas and New Year too.
        ("2026-11-24", date(2026, 12, 17)),
        ("2026-12-18", date(2027, 1, 12)),
        # Cesar Chavez Day (31 March) is a holiday there, not in the whole country.
        ("2026-03-16", date(2026, 4, 7)),
        # 4 July 2026 is a Saturday, observed on Friday.
        ("2026-06-26", date(2026, 7, 20)),
    ],
)
def test_business_days_of_california_leave_out_weekends_and_its_holidays(
    day: str, expected: date
) -> None:
    assert due_of("ccpa", day, OPT_OUT).due_on == expected


def test_receipt_is_to_be_confirmed_within_ten_business_days_in_california() -> None:
    assert due_of("ccpa", "2026-11-24").acknowledge_on == date(2026, 12, 10)
    assert due_of("ccpa", "2026-11-24", OPT_OUT).acknowledge_on is None
    assert due_of("vcdpa_va_usa", "2026-11-24").acknowledge_on is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-05", date(2026, 2, 2)),
        ("2026-01-12", date(2026, 2, 10)),  # Waitangi Day, 6 February
        # Christmas, Boxing Day observed on Monday, New Year, the day after observed on Monday.
        ("2026-12-18", date(2027, 1, 21)),
        ("2026-04-01", date(2026, 5, 4)),  # Easter, and Anzac Day moved to Monday
    ],
)
def test_new_zealand_counts_twenty_working_days(day: str, expected: date) -> None:
    assert due_of("nzpa_nzl", day).due_on == expected


def test_a_due_date_on_a_weekend_or_holiday_stays() -> None:
    saturday = due_of("gdpr", "2026-11-26")

    assert saturday.due_on == date(2026, 12, 26)
    assert saturday.due_on.weekday() == 5


def test_the_day_of_receipt_is_the_one_of_the_organization() -> None:
    late = datetime(2026, 1, 30, 23, 30, tzinfo=UTC)

    in_london = due(regulation="gdpr", action="access", received_at=late, zone="Europe/London")
    in_tokyo = due(regulation="pipa_kor", action="access", received_at=late, zone="Asia/Tokyo")

    assert in_london.due_on == date(2026, 2, 28)
    assert in_tokyo.received_on == date(2026, 1, 31)
    assert in_tokyo.due_on == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        ("2026-09-25", "Europe/Stockholm", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("2026-02-28", "Europe/Stockholm", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-03-01", "Europe/Stockholm", datetime(2026, 4, 1, 22, tzinfo=UTC)),
        ("2026-02-08", "America/New_York", datetime(2026, 3, 9, 4, tzinfo=UTC)),
        ("2026-02-08", "UTC", datetime(2026, 3, 9, tzinfo=UTC)),
    ],
)
def test_the_last_day_is_over_at_local_midnight_across_clock_changes(
    day: str, zone: str, ends: datetime
) -> None:
    assert due_of("gdpr", day, zone=zone).ends_at == ends


def test_a_date_explains_itself_with_its_source() -> None:
    assert explain(due_of("ccpa", "2026-11-24")) == (
        "45 days from receipt, Civ. Code 1798.130 and 11 CCR 7021(b); "
        "may be extended once by 45 days; 10 business days to confirm"
    )
    assert explain(due_of("gdpr", "2026-11-24")) == (
        "1 month from receipt, GDPR Art. 12(3); may be extended once by 2 months"
    )
    assert explain(due_of("ccpa", "2026-11-24", OPT_OUT)) == (
        "15 business days from receipt, 11 CCR 7026"
    )
    assert explain(due_of("gdpr", "2026-11-24", OPT_OUT)) == (
        "at once, on the day of receipt, GDPR Art. 21(3), objection to direct marketing"
    )
    assert "30 days" in explain(due_of("hipaa_usa", "2026-11-24", "correct")).split(";")[1]


def test_an_override_replaces_the_window_and_says_so() -> None:
    overrides = {("gdpr", "delete"): Window(10, Unit.DAYS, "our promise")}

    delete = due_of("gdpr", "2026-11-24", "delete", overrides=overrides)
    access = due_of("gdpr", "2026-11-24", "access", overrides=overrides)

    assert (delete.due_on, delete.overridden) == (date(2026, 12, 4), True)
    assert explain(delete) == (
        "10 days from receipt, our promise; set by your organization; "
        "the law says: 1 month from receipt, GDPR Art. 12(3)"
    )
    assert (access.due_on, access.overridden) == (date(2026, 12, 24), False)


@pytest.mark.parametrize(
    ("regulation", "action", "warned"),
    [
        ("gdpr", "access", False),
        ("gdpr", "delete", False),
        ("gdpr", OPT_OUT, True),
        ("ccpa", OPT_OUT, False),
        ("hipaa_usa", "delete", True),
        ("hipaa_usa", "correct", False),
        ("nzpa_nzl", "delete", True),
        ("apa_aus", "delete", True),
        ("ql25", "delete", True),
        ("mhmda_wa_usa", OPT_OUT, True),
        ("ucpa_usa", "correct", False),
        ("icdpa_ia_usa", "correct", True),
    ],
)
def test_an_action_that_the_law_does_not_grant_is_a_warning(
    regulation: str, action: str, warned: bool
) -> None:
    sentence = warning(regulation, action)

    assert bool(sentence) is warned
    assert not warned or action in sentence


def test_a_warning_names_the_law_and_its_citation() -> None:
    assert warning("apa_aus", "delete") == (
        "Privacy Act, Australia does not grant the action delete (Privacy Act 1988, APP 12-13). "
        "It is worked on all the same."
    )


def test_an_action_without_a_clock_of_its_own_has_the_general_one() -> None:
    assert due_of("hipaa_usa", "2026-01-01", "delete").due_on == date(2026, 1, 31)


def test_an_alias_counts_like_its_law_and_an_unknown_code_is_refused() -> None:
    assert due_of("CPRA_USA", "2026-01-01").regulation.code == "cpra_ca_usa"
    with pytest.raises(UnknownRegulation):
        due_of("nolaw", "2026-01-01")
