"""The demo's past requests, fulfilled by the engine itself."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from jobs.demo.history import PASTS
from jobs.demo.people import example, people
from jobs.engine.turn import turn
from jobs.models import Job, PrivacyRequest, Product, ProductResponse
from jobs.rules.states import State
from tests.demo.conftest import create_demo


@pytest.fixture
def fulfilled(transactional_db: None, databases: None, file: Path, settings: Any) -> None:
    """The history, and as many turns as it takes. (A worker makes them in a run.)"""
    settings.ENGINE_TURN_SECONDS = 60
    settings.PACKAGE_MIN_FREE_BYTES = 0
    create_demo(file)
    for _ in range(3):
        for product in Product.objects.all():
            turn(product.pk)


def states(name: str) -> Counter[str]:
    found = ProductResponse.objects.filter(job__request__external_reference=name)
    return Counter(found.values_list("state", flat=True))


def test_the_history_is_complete_in_error_and_held(fulfilled: None) -> None:
    assert not ProductResponse.objects.filter(state__in=[State.DUE, State.WORKING]).exists()
    assert set(states("yearly clean-up")) == {State.COMPLETE}
    assert set(states("typed by staff")) == {State.COMPLETE}
    assert set(states("parcel still on its way")) == {State.ERROR}
    for name in ("letter of a customer", "moved away"):
        assert states(name) == {State.CANCELLED: 3, State.HELD: 3}
        job = Job.objects.get(request__external_reference=name, closed_at=None)
        assert job.due_on - timezone.now().date() < timedelta(days=5)


def test_what_went_wrong_is_said_without_naming_anybody(fulfilled: None) -> None:
    failed = ProductResponse.objects.filter(state=State.ERROR)

    assert {r.outcome_detail for r in failed} == {"sql.constraint"}
    assert {r.outcome_params["table"] for r in failed} == {"deliveries"}


def test_several_laws_and_channels_are_there() -> None:
    assert len({past.regulation for past in PASTS}) >= 4
    assert len({past.channel for past in PASTS}) >= 5
    assert len({past.days for past in PASTS}) >= 10


def test_nobody_asked_for_the_example_yet() -> None:
    asked = {people()[number] for past in PASTS for number in past.numbers}

    assert example() not in asked


def test_received_times_lie_in_the_past(db: None, databases: None, file: Path) -> None:
    create_demo(file)

    days = {(timezone.now() - r.received_at).days for r in PrivacyRequest.objects.all()}
    assert days == {past.days for past in PASTS}


def test_submissions_follow_their_receipt_and_are_spread_over_days(
    db: None, databases: None, file: Path
) -> None:
    create_demo(file)

    now = timezone.now()
    for request in PrivacyRequest.objects.all():
        assert request.received_at <= request.created_at <= now
        assert set(request.jobs.values_list("created_at", flat=True)) == {request.created_at}
    assert len({r.created_at.date() for r in PrivacyRequest.objects.all()}) >= 10
