"""A remote system through the engine: called back, polled, withdrawn; and one that is down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Product, ProductResponse
from jobs.services import officers, products
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial, trial
from tests.processors.databases import LISTED
from tests.processors.remotes import Reference, reference

__all__ = ["trial"]


@pytest.fixture
def system(trial: Trial, tmp_path: Path, settings: Any, live_server: Any) -> Iterator[Reference]:
    """A system that answers a second later and calls back; the trial's product is it."""
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PORTAL_URL = live_server.url
    with reference(tmp_path, later=0.3) as made:
        trial.product = products.add(
            organization=trial.organization,
            by=SYSTEM,
            code="crm",
            display_name="",
            processor="http",
            document=made.document(),
        )
        yield made


def until_due(response: ProductResponse) -> None:
    end = time.monotonic() + 20
    while response.state != "due":
        assert time.monotonic() < end, response.state
        time.sleep(0.1)
        response.refresh_from_db()


def test_a_callback_brings_the_answer_at_once(trial: Trial, system: Reference) -> None:
    trial.submit("anna", "nobody", products=("crm",))
    system.add("anna+0@example.org")

    turn(trial.product.pk)
    for response in ProductResponse.objects.all():
        until_due(response)
    turn(trial.product.pk)

    assert trial.states() == [("complete", "6000-200"), ("complete", "6052-200")]
    assert system.emails == []


def test_what_waits_can_be_withdrawn(trial: Trial, system: Reference) -> None:
    system.system.later = 3600
    trial.submit("anna", products=("crm",))
    system.add("anna+0@example.org")
    turn(trial.product.pk)

    [job] = trial.jobs()
    officers.cancel(job=job, by=SYSTEM)
    turn(trial.product.pk)

    assert [state for state, _code in trial.states()] == ["cancelled"]
    assert system.emails == ["anna+0@example.org"]


def test_a_system_that_is_down_costs_nobody_a_try(trial: Trial, system: Reference) -> None:
    system.system.secrets = ["somebody else's secret, of another house"]
    trial.submit("anna", products=("crm",))

    turn(trial.product.pk)
    sweep()

    product = Product.objects.get(pk=trial.product.pk)
    assert product.unavailable_detail == "remote.not_let_in"
    assert product.unavailable_params["status"] == 401
    assert ProductResponse.objects.get().tries == 0
