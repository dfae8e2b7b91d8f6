"""A product that is away for a while, and one person among many whom it will not let go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobs.engine.turn import turn
from jobs.models import Job, Product, ProductResponse
from jobs.rules import outcomes
from jobs.services import officers
from privacyportal.actors import SYSTEM
from privacyportal.local.postgres import Postgres
from tests.engine.conftest import Trial, trial
from tests.faults.firm import DONE, ORDERS, SCHEMA, Firm, all_closed, ended_once, firm, left
from tests.flows.workers import until, workers
from tests.processors.databases import Database

__all__ = ["trial"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL of the product alone, which a test stops and starts."""
    tmp_path.chmod(0o711)
    server = Postgres(tmp_path / "product", durable=False)
    server.start()
    yield server
    server.stop()


def crm_on(server: Postgres) -> Firm:
    with psycopg.connect(server.url) as connection:
        connection.execute(SCHEMA)  # type: ignore[arg-type]
    return firm(server.url, server.url)


@pytest.mark.slow
def test_a_product_that_is_away_is_waited_for_and_nobody_has_failed(
    server: Postgres, places: dict[str, str], tmp_path: Path
) -> None:
    crm = crm_on(server)
    server.stop()

    with workers(tmp_path, **places) as log:
        crm.submit(range(1, 51), "access", "delete")
        until(lambda: Product.objects.get().failures >= 2, log)
        away = Product.objects.get()
        untried = set(ProductResponse.objects.values_list("tries", flat=True))
        server.start()
        until(all_closed, log)

    assert away.unavailable_since is not None
    assert outcomes.detail(away.unavailable_detail, away.unavailable_params)
    assert untried == {0}
    assert Product.objects.get().unavailable_since is None
    assert crm.answers("access") == crm.answers("delete") == [DONE] * 50
    assert ended_once()
    assert set(ProductResponse.objects.values_list("tries", flat=True)) == {1}
    assert left(crm.at) == (list(range(51, 1001)), 950 * ORDERS)


def test_a_product_that_goes_away_in_the_middle_of_work_ends_each_job_once(
    server: Postgres, places: dict[str, str], tmp_path: Path
) -> None:
    crm = crm_on(server)

    with workers(tmp_path, ENGINE_BATCH_SIZE="4", **places) as log:
        crm.submit(range(1, 801), "delete")
        until(lambda: ProductResponse.objects.filter(state="complete").exists(), log)
        server.stop()
        half = ProductResponse.objects.filter(state="complete").count()
        until(lambda: Product.objects.get().unavailable_since is not None, log)
        server.start()
        until(all_closed, log)

    assert 0 < half < 800, "it was not in the middle of work"
    assert crm.answers("delete") == [DONE] * 800
    assert ended_once()
    assert set(ProductResponse.objects.values_list("tries", flat=True)) == {1}
    assert left(crm.at) == (list(range(801, 1001)), 200 * ORDERS)


def test_one_person_whom_the_database_holds_does_not_hold_the_others(
    crm: Firm, database: Database, places: dict[str, str], tmp_path: Path
) -> None:
    database.run("CREATE TABLE loans (id int PRIMARY KEY, person int REFERENCES people)")
    database.run("INSERT INTO loans VALUES (1, 237)")

    with workers(tmp_path, **places) as log:
        crm.submit(range(1, 501), "delete")
        until(all_closed, log)

    answers = crm.answers("delete")
    assert answers.pop(236) == ("error", "1021-400", 0)
    assert answers == [DONE] * 499
    held = ProductResponse.objects.get(state="error")
    told = outcomes.detail(held.outcome_detail, held.outcome_params)
    assert "other rows depend on this person (loans, loans_person_fkey)" in told
    assert held.begun is None
    assert ended_once()
    assert left(crm.at) == ([237, *range(501, 1001)], 501 * ORDERS)


def test_one_poisoned_person_among_five_hundred_is_alone_in_error(
    trial: Trial, tmp_path: Path
) -> None:
    with workers(tmp_path) as log:
        trial.submit(*["anna"] * 250, "poison", *["bo"] * 249)
        until(all_closed, log)

    states = trial.states()
    assert states.pop(250) == ("error", "1021-400")
    assert states == [("complete", "6000-200")] * 499
    assert trial.responses()[250].outcome_detail == "engine.bad_action"


def test_an_officer_reads_why_and_tries_again_when_the_reason_is_gone(
    crm: Firm, database: Database, settings: Any
) -> None:
    database.run("CREATE TABLE loans (id int PRIMARY KEY, person int REFERENCES people)")
    database.run("INSERT INTO loans VALUES (1, 2)")
    crm.submit([1, 2], "delete")
    turn(crm.product.pk)
    assert crm.answers("delete") == [DONE, ("error", "1021-400", 0)]

    database.run("DELETE FROM loans")
    officers.retry(job=Job.objects.get(state="error"), by=SYSTEM)
    turn(crm.product.pk)

    assert crm.answers("delete") == [DONE, DONE]
