"""A list as a file: its cells, its people, and that it is never whole in memory."""

from __future__ import annotations

import csv
import gc
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from jobs.services import list_export
from jobs.services.job_filter import JobFilter
from jobs.services.list_export import export
from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail
from privacyportal.csvs import defused
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, submit

__all__ = ["organization", "program"]

OFFICER = Actor("user", "officer", "Olof")


def pieces(organization: Organization, *, clear: bool = True, **wanted: str) -> Iterator[str]:
    return export(
        wanted=JobFilter(**wanted),
        jobs=Job.objects.for_organization(organization),
        organization=organization,
        by=OFFICER,
        clear=clear,
        zone=ZoneInfo("Europe/Stockholm"),
    )


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_each_job_is_a_row_in_the_order_of_the_list(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = submit(program, document(users=[user(f"p{n}") for n in range(7)]))
    close(jobs[0])
    monkeypatch.setattr(list_export, "CHUNK", 3)

    found = rows("".join(pieces(organization)))

    assert [row["Job"] for row in found] == [str(job.public_id) for job in reversed(jobs)]
    assert found[-1]["Person"] == "p0"
    assert (found[-1]["Status"], found[-1]["Products done"], found[-1]["Products"]) == (
        "Complete", "1", "1",
    )  # fmt: skip
    assert [row["Person"] for row in rows("".join(pieces(organization, status="complete")))] == [
        "p0"
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_defused(start: str) -> None:
    assert defused(f"{start}cmd") == f"'{start}cmd"
    assert defused(f"a{start}") == f"a{start}"


def test_a_key_that_is_a_formula_comes_as_text(
    program: Program, organization: Organization
) -> None:
    submit(program, document(users=[user('=HYPERLINK("http://evil.example")')]))

    [row] = rows("".join(pieces(organization)))

    assert row["Person"] == '\'=HYPERLINK("http://evil.example")'


def test_people_are_masked_and_the_export_is_recorded(
    program: Program, organization: Organization
) -> None:
    submit(program, document(users=[user("ann.berg@x.se")]))

    text = "".join(pieces(organization, clear=False, action="access"))

    assert "ann.berg" not in text
    assert rows(text)[0]["Person"] == "a•••••@x•••••.se"
    told = AuditDetail.objects.order_by("-pk")[0].detail
    assert told == {"filter": {"action": "access"}, "people": "masked", "actor": "Olof"}


def test_a_long_list_is_never_whole_in_memory(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each piece is made when the one before was taken, and memory does not grow with them."""
    [job] = submit(program, document())
    multiply(job, 1_999)
    monkeypatch.setattr(list_export, "CHUNK", 250)
    found = pieces(organization)
    with CaptureQueriesContext(connection) as queries:
        heads = next(found) + next(found)
    lines, peaks = heads.count("\r\n"), []
    tracemalloc.start()

    for piece in found:
        lines += piece.count("\r\n")
        peaks.append(tracemalloc.get_traced_memory()[1])
        gc.collect()
        tracemalloc.reset_peak()

    tracemalloc.stop()
    assert len(queries) < 8
    assert lines == 2_001
    assert len(peaks) == 7
    assert max(peaks[2:]) < 1.2 * peaks[1]


def multiply(job: Job, copies: int) -> None:
    columns = [f.column for f in Job._meta.concrete_fields if f.column not in ("id", "public_id")]
    named: Any = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO jobs_job (public_id, {named}) SELECT gen_random_uuid(), {named}"
            " FROM jobs_job, generate_series(1, %s) WHERE id = %s",
            [copies, job.pk],
        )
