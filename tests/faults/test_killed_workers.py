"""Workers that are killed with -9 at the worst moments: each job ends once, and truthfully."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.models import Attempt, Job, PackageContent, ProductResponse
from jobs.services.packages import find
from tests.daily import daily
from tests.engine.conftest import Trial, trial
from tests.faults.firm import POINTS, all_closed
from tests.flows.workers import until, workers

__all__ = ["trial"]


@pytest.mark.parametrize("point", daily(POINTS, "before-record-commit"))
def test_a_worker_killed_at_any_point_changes_nothing_of_the_result(
    trial: Trial, tmp_path: Path, point: str
) -> None:
    mark = tmp_path / "kill-once"
    mark.touch()

    with workers(tmp_path, ENGINE_FAULT=f"{point}:{mark}") as log:
        trial.submit(*["anna"] * 5, actions=["access", "delete"])
        trial.submit("nobody", actions=["delete"])
        until(all_closed, log)

    assert not mark.exists(), "the worker was never killed"
    assert trial.states("access") == [("complete", "6000-200")] * 5
    assert trial.states() == [("complete", "6000-200")] * 5 + [("complete", "6052-200")]
    assert PackageContent.objects.count() == 5
    assert all(find(job) for job in Job.objects.filter(action="access"))
    closings = Attempt.objects.filter(state="complete").values_list("response_id", flat=True)
    assert len(set(closings)) == len(closings) == ProductResponse.objects.count()


def test_one_person_who_kills_workers_ends_alone(trial: Trial, tmp_path: Path) -> None:
    with workers(
        tmp_path, ENGINE_LEASE_SECONDS="1", ENGINE_MAX_LEASE_LOSSES="1", ENGINE_BATCH_SIZE="4"
    ) as log:
        trial.submit(*["anna"] * 3, "killer", *["bo"] * 4)
        until(all_closed, log)

    states = trial.states()
    assert states.pop(3) == ("error", "1021-400")
    assert states == [("complete", "6000-200")] * 7
    assert trial.responses()[3].outcome_detail == "engine.lease_lost"


@pytest.mark.slow
def test_one_person_who_kills_workers_harms_no_one_else(trial: Trial, tmp_path: Path) -> None:
    with workers(
        tmp_path, ENGINE_LEASE_SECONDS="1", ENGINE_MAX_LEASE_LOSSES="2", ENGINE_BATCH_SIZE="64"
    ) as log:
        trial.submit(*["anna"] * 100, "killer", *["bo"] * 100)
        until(all_closed, log, seconds=240)

    states = trial.states()
    assert states.pop(100) == ("error", "1021-400")
    assert states == [("complete", "6000-200")] * 200
    assert trial.responses()[100].outcome_detail == "engine.lease_lost"
