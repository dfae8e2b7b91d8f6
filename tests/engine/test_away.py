"""Our own database goes away while a batch is worked on: nothing is destroyed that is not kept, and
nobody's tries are used up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Attempt, ProductResponse
from jobs.processors.base import Batch, Outcome, Pending
from tests.engine.conftest import Trial
from tests.engine.trial import TrialProcessor


def cut_us_off() -> None:
    """Ends the session of this thread, as a restart of the database does."""
    place = connection.settings_dict
    (pid,) = connection.connection.execute("SELECT pg_backend_pid()").fetchone()
    with psycopg.connect(
        host=place["HOST"],
        port=place["PORT"],
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=place["NAME"],
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.fixture
def cut_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batch meets a session that has ended."""
    process = TrialProcessor.process
    left = [True]

    def cut_then_process(self: Any, batch: Batch) -> Iterator[Outcome | Pending]:
        if left.pop() if left else False:
            cut_us_off()
        yield from process(self, batch)

    monkeypatch.setattr(TrialProcessor, "process", cut_then_process)


@pytest.mark.parametrize("actions", [["delete"], ["access"]])
def test_a_session_that_ends_in_the_middle_of_a_batch_is_no_ones_failure(
    trial: Trial, cut_once: None, settings: Any, actions: list[str]
) -> None:
    settings.ENGINE_RETRY_SECONDS = []
    trial.submit("anna", actions=actions)

    for _ in range(3):
        try:
            turn(trial.product.pk)
        except Exception:  # the task ends, and its connection with it
            connection.close()
        ProductResponse.objects.filter(state="working").update(lease_until="2020-01-01T00:00Z")
        sweep()

    assert trial.states(actions[0]) == [("complete", "6000-200")]
    assert {response.tries for response in trial.responses(actions[0])} == {1}
    assert Attempt.objects.count() == 1
