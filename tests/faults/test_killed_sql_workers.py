"""Workers that are killed with -9 while they work at a real database: nobody is told otherwise
than without the kill, and the database is as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.models import Job, PackageContent
from jobs.services.packages import find
from tests.daily import daily
from tests.faults.firm import DONE, ORDERS, POINTS, Firm, all_closed, ended_once, left
from tests.flows.workers import until, workers

PEOPLE = range(1, 51)
STRANGER = 5000


@pytest.mark.parametrize("point", daily(POINTS, "begun"))
def test_a_killed_delete_is_told_as_if_nothing_had_been(
    crm: Firm, places: dict[str, str], tmp_path: Path, point: str
) -> None:
    mark = tmp_path / "kill-once"
    mark.touch()

    with workers(tmp_path, ENGINE_FAULT=f"{point}:{mark}", **places) as log:
        crm.submit([*PEOPLE, STRANGER], "delete")
        until(all_closed, log)

    assert not mark.exists(), "the worker was never killed"
    assert crm.answers("delete") == [DONE] * len(PEOPLE) + [("complete", "6052-200", 0)]
    assert ended_once()
    assert left(crm.at) == (list(range(51, 1001)), 950 * ORDERS)


@pytest.mark.parametrize(
    "point", daily([point for point in POINTS if point != "begun"], "answered")
)
def test_a_killed_access_gives_each_person_one_whole_package(
    crm: Firm, places: dict[str, str], tmp_path: Path, point: str
) -> None:
    mark = tmp_path / "kill-once"
    mark.touch()

    with workers(tmp_path, ENGINE_FAULT=f"{point}:{mark}", **places) as log:
        crm.submit([*PEOPLE, STRANGER], "access")
        until(all_closed, log)

    assert not mark.exists(), "the worker was never killed"
    assert crm.answers("access") == [DONE] * len(PEOPLE) + [("complete", "6052-200", 0)]
    assert ended_once()
    packages = [find(job) for job in Job.objects.order_by("pk")[: len(PEOPLE)]]
    assert {tuple(name for name, _, _ in p.parts[0].files) for p in packages if p} == {
        ("people.json", "orders.json")
    }
    assert PackageContent.objects.count() == len(PEOPLE)
    assert left(crm.at) == (list(range(1, 1001)), 1000 * ORDERS)
