"""A consent call, from the API to the rows of two products, with real workers; one is killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from consent.models import ConsentCall
from jobs.models import Job
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_program
from tests.consent.conftest import CONSENT, call
from tests.faults.firm import all_closed
from tests.flows.workers import until, workers
from tests.processors.databases import LISTED, postgresql_database, sqlite_database

PEOPLE = 1200
BACK = 300
SCRIPT = f"""
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), may_sell INTEGER);
    INSERT INTO people SELECT n, 'p' || n || '@example.org', 1
        FROM generate_series(1, {PEOPLE}) n;
    CREATE INDEX ON people (email);
"""
LIST = "CREATE TABLE do_not_sell (email VARCHAR(60) PRIMARY KEY)"
IDENTITIES = [{"namespace": "email", "column": "email", "normalized": True}]


def test_a_large_call_reaches_every_product(
    transactional_db: None, tmp_path: Path, settings: Any
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    register, suppressed = postgresql_database(SCRIPT), sqlite_database(tmp_path, LIST)
    organization = Organization.objects.create(ims_org_id="Firm@PortalOrg", name="Firm")
    sold = {"columns": {"may_sell": {"out": 0, "in": 1}}}
    for code, product, tables in (
        ("register", register, {"people": {"identities": IDENTITIES, "opt_out": sold}}),
        (
            "list",
            suppressed,
            {"do_not_sell": {"identities": IDENTITIES, "opt_out": {"insert": {}}}},
        ),
    ):
        products.add(
            organization=organization, by=SYSTEM, code=code, display_name="", processor="sql",
            document=product.document(tables),
        )  # fmt: skip
    program = make_program(organization)
    out = [f"p{n}@example.org" for n in range(1, PEOPLE + 1)]
    mark = tmp_path / "kill-once"
    mark.touch()

    with workers(
        tmp_path,
        ENGINE_FAULT=f"begun:{mark}",
        PRODUCT_PRIVATE_HOSTS=",".join(LISTED),
        PRODUCT_FILE_DIRS=str(tmp_path),
    ) as log:
        assert program.post(call(*out), CONSENT).status_code == 202
        assert program.post(call(*out[:BACK], out=False), CONSENT).status_code == 202
        until(lambda: not ConsentCall.objects.filter(closed_at=None).exists(), log)
        until(all_closed, log)

    assert not mark.exists(), "no worker was killed"
    assert Job.objects.filter(state="complete").count() == PEOPLE + BACK
    assert register.run("SELECT count(*) FROM people WHERE may_sell = 0") == [(PEOPLE - BACK,)]
    assert suppressed.run("SELECT count(*) FROM do_not_sell") == [(PEOPLE - BACK,)]
