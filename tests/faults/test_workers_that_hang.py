"""Processors that hang: others take the work over, and who comes back late changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.models import Attempt, PackageContent, ProductResponse
from tests.daily import daily
from tests.engine.conftest import Trial, trial
from tests.faults.firm import all_closed, ended_once
from tests.flows.workers import until, workers

__all__ = ["trial"]

HASTY = {"ENGINE_LEASE_SECONDS": "1", "ENGINE_BATCH_SECONDS": "1", "ENGINE_TURN_SECONDS": "1"}


# Before it begins, and before it answers.
CASES = [(word, action) for word in ("hang", "stall") for action in ("access", "delete")]


@pytest.mark.parametrize("case", daily(CASES, ("hang", "delete")), ids="-".join)
def test_who_hangs_past_a_batchs_time_is_taken_over_and_too_late(
    trial: Trial, tmp_path: Path, case: tuple[str, str]
) -> None:
    word, action = case
    hanging = tmp_path / "hanging"

    with workers(tmp_path, **HASTY) as log:
        trial.submit("anna", word, "bo", actions=[action])
        until(all_closed, log)
        assert hanging.exists(), "nothing hung while the others worked"
        told = list(Attempt.objects.order_by("pk").values())
        contents = list(PackageContent.objects.order_by("pk").values())
        (tmp_path / "go-on").touch()
        until(lambda: not hanging.exists(), log)
        trial.submit("carl", actions=[action])  # and the late one's worker lives
        until(all_closed, log)
        refused = "LeaseLost" in log.read_text()

    assert refused == (word == "hang" and action == "delete"), "only a begin can come too late"
    assert trial.states(action) == [("complete", "6000-200")] * 4
    assert ended_once()
    assert [r.lease_losses for r in trial.responses(action)][1] >= 1
    assert list(Attempt.objects.order_by("pk").values())[: len(told)] == told
    assert list(PackageContent.objects.order_by("pk").values())[: len(contents)] == contents


@pytest.mark.slow
def test_one_person_on_whom_workers_hang_for_ever_ends_alone(trial: Trial, tmp_path: Path) -> None:
    with workers(
        tmp_path,
        **HASTY,
        ENGINE_GRACE_SECONDS="1",
        ENGINE_MAX_LEASE_LOSSES="1",
        ENGINE_BATCH_SIZE="4",
    ) as log:
        trial.submit(*["anna"] * 3, "stuck", *["bo"] * 4)
        until(all_closed, log)

    states = trial.states()
    assert states.pop(3) == ("error", "1021-400")
    assert states == [("complete", "6000-200")] * 7
    stuck = ProductResponse.objects.order_by("pk")[3]
    assert stuck.outcome_detail == "engine.lease_lost"
