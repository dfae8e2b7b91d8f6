"""Files through real workers: an access is given out, then its delete writes the files anew."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from jobs.models import Job, ProductResponse
from jobs.services import products
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import submit
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.flows.workers import until, workers

PEOPLE, ASKING = 3_000, 600


def address(number: int) -> str:
    return f"person{number}@example.org"


@pytest.fixture
def folder(transactional_db: None, tmp_path: Path, settings: Any) -> Path:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    folder = tmp_path / "lake"
    for year in (2024, 2025):
        part = folder / f"year={year}"
        part.mkdir(parents=True)
        lines = "".join(f"{address(n)},{n}\n" for n in range(PEOPLE))
        (part / "visits.csv.gz").write_bytes(gzip.compress(f"email,n\n{lines}".encode()))
    return folder


def test_whoever_asks_is_given_lines_and_then_has_none(folder: Path, tmp_path: Path) -> None:
    organization = Organization.objects.create(ims_org_id="Lake@PortalOrg", name="Lake")
    tables = {"year=*/*.csv.gz": {"identities": [{"namespace": "email", "column": "email"}]}}
    products.add(
        organization=organization, by=SYSTEM, code="lake", display_name="Lake", processor="files",
        document={"url": str(folder), "tables": tables},
    )  # fmt: skip
    people = tuple(
        PersonDraft(f"k{n}", ("access", "delete"), (IdentityDraft("email", "Email", address(n)),))
        for n in range(0, 2 * ASKING, 2)
    )
    draft = RequestDraft(
        regulation="gdpr", regulation_given="gdpr", products=("lake",), people=people
    )

    with workers(tmp_path, PRODUCT_FILE_DIRS=str(tmp_path)) as log:
        submit(organization=organization, by=SYSTEM, draft=draft)
        until(lambda: not Job.objects.filter(closed_at=None).exists(), log)

    told = ProductResponse.objects.values_list("action", "outcome_code", "records_found").distinct()
    assert set(told) == {("access", "6000-200", 2), ("delete", "6000-200", 2)}
    for path in folder.rglob("*"):
        if path.is_file():
            assert path.name == "visits.csv.gz"
            left = gzip.decompress(path.read_bytes()).decode().splitlines()[1:]
            assert len(left) == PEOPLE - ASKING
            assert f"{address(0)},0" not in left
