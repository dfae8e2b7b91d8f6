"""A process that is killed with -9 while it delivers: what it had in flight is sent again."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F

from jobs.models import Delivery, Webhook
from jobs.rules.events import Kind
from tests.engine.conftest import Trial, trial
from tests.events.conftest import register
from tests.events.receiver import Request, receiving
from tests.flows.workers import running, until, worker, workers

__all__ = ["trial"]

LOCAL = {"OUTBOUND_ALLOW_HTTP": "true", "OUTBOUND_ALLOW_LOOPBACK": "true"}


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.slow
def test_everything_arrives_although_the_process_is_killed_in_the_middle(
    trial: Trial, tmp_path: Path
) -> None:
    killed: list[int] = []

    def kill_once(_: Request) -> None:
        if not killed:
            killed.extend(children(deliverer.pid))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    with (
        receiving() as receiver,
        workers(tmp_path, **LOCAL) as log,
        running(tmp_path, [worker("deliver", 1)], LOCAL) as [deliverer],
    ):
        webhook = register(trial.organization, receiver.url, Kind.PRODUCT_COMPLETE)
        until(lambda: Webhook.objects.get(pk=webhook.pk).state == "active", log)
        receiver.on_post = kill_once
        trial.submit(*["anna"] * 5)
        until(lambda: bool(killed), log)
        # As if the leases of the dead were over.
        Delivery.objects.update(lease_until=F("lease_until") - timedelta(minutes=5))
        until(lambda: Delivery.objects.filter(state="delivered").count() == 5, log)

    arrived = {one.json["id"] for one in receiver.posts}
    assert len(arrived) == 5
    assert len(receiver.posts) > 5
