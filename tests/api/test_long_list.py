"""GET /jobs where there are many: pages come from the index alone, from either end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from jobs.api import reading
from jobs.api.filters import ListFilter
from jobs.models import Job
from privacyportal.organizations.models import Organization
from tests.api.bodies import ORGANIZATION
from tests.api.conftest import Program, make_organization, make_program
from tests.benchmarks.many_jobs import fill, span

JOBS = 6000
FROM_THE_INDEX = ["", "complete", "error", "complete,error", "submitted,processing,error"]


@pytest.fixture
def full(transactional_db: None) -> Program:
    organization = make_organization(ORGANIZATION, "one")
    program = make_program(organization)
    fill(organization, program, JOBS)
    return program


def wanted(status: str, page: int = 0, size: int = 100) -> ListFilter:
    until = datetime.now(UTC) + timedelta(days=1)
    states = tuple(filter(None, status.split(",")))
    return ListFilter("gdpr", states, until - timedelta(days=32), until, page, size)


def plan_of(sql: str, params: tuple[object, ...]) -> str:
    """The plan where reading pages of the table is dear, as it is among a million rows; and where
    the small index of jobs in error, which is near in cost among a few rows, is not there."""
    with transaction.atomic(), connection.cursor() as cursor:
        for what in ("seq_page_cost", "random_page_cost"):
            cursor.execute(f"SET LOCAL {what} = 100")
        cursor.execute("DROP INDEX job_in_error")
        cursor.execute(f"EXPLAIN {sql}", params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
        return plan


def test_ids_and_counts_come_from_the_index_alone(full: Program) -> None:
    organization = Organization.objects.get()
    for status in FROM_THE_INDEX:
        matching = reading._matching(organization, wanted(status))
        ids = matching.order_by("-created_at", "-id").values_list("pk", flat=True)
        for one in (ids[100:200], ids.reverse()[100:200]):
            plan = plan_of(*one.query.sql_with_params())
            assert "Index Only Scan" in plan, (status, plan)
            assert "job_newest_by_regulation" in plan
            assert "Sort" not in plan, plan


def test_every_page_is_the_one_that_a_plain_sort_gives(full: Program) -> None:
    days = span()
    jobs = Job.objects.filter(regulation="gdpr").order_by("-created_at", "-id")
    newest_first = list(jobs.values("public_id", "state"))
    for status in ("", "complete", "error", "submitted", "processing", "submitted,processing",
                   "complete,submitted", "complete,error,submitted,processing"):  # fmt: skip
        states = status.split(",")
        ids = [str(j["public_id"]) for j in newest_first if not status or j["state"] in states]
        size = 700 if len(ids) > 700 else 17
        got: list[str] = []
        for page in range(len(ids) // size + 2):
            found = full.get(regulation="gdpr", status=status, size=size, page=page, **days).json()
            assert found["totalRecords"] == len(ids), status
            got += [job["jobId"] for job in found["jobs"]]
        assert got == ids, status
