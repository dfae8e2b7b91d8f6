"""The journal: positions in the order of publication, none skipped, kept for its days."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from jobs.engine.housekeeping import keep_house
from jobs.events import journal, publisher
from jobs.events.dispatcher import Dispatcher
from jobs.events.publisher import publish
from jobs.models import Delivery, DeliveryTry, Event, EventBatch, Journal
from privacyportal.organizations.models import Organization
from tests.engine.conftest import Trial
from tests.events.conftest import happen, register
from tests.events.receiver import Receiver
from tests.races import together


def read(organization: Organization, since: int = 0, limit: int = 1000) -> list[tuple[int, str]]:
    page = journal.page(organization.pk, since, limit)
    return [(position, told.message) for position, told in page]


def test_positions_follow_each_other(trial: Trial) -> None:
    happen(trial, "anna", "refuse")
    happen(trial, "bo")

    page = read(trial.organization)

    assert [position for position, _ in page] == [1, 2, 3, 4, 5, 6]
    assert sorted(message for _, message in page[:2]) == [
        "trial.delete.complete",
        "trial.delete.error",
    ]
    assert page[4:] == [(5, "trial.delete.complete"), (6, "job.delete.complete")]
    assert journal.last_position(trial.organization.pk) == 6


def test_any_page_begins_after_its_position(trial: Trial) -> None:
    happen(trial, *["anna"] * 5)
    happen(trial, *["bo"] * 3)
    whole = read(trial.organization)

    for since in range(18):
        for limit in (1, 2, 5, 16):
            assert read(trial.organization, since, limit) == whole[since : since + limit]


def test_what_is_not_published_is_not_in_the_journal(trial: Trial) -> None:
    trial.submit("anna")
    trial.work()

    before = read(trial.organization)
    published = publish()

    assert (before, published) == ([], 2)
    assert len(read(trial.organization)) == 2
    assert publish() == 0


def test_a_transaction_that_commits_late_is_not_skipped(trial: Trial) -> None:
    """It took its batch's id first and commits last: whoever has read on reads it all the same."""
    told, go_on = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic():
                trial.submit("late", products=("elsewhere",))
                told.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert told.wait(20)
    trial.submit("early", products=("elsewhere",))
    publish()
    early = journal.page(trial.organization.pk, 0, 100)
    go_on.set()
    thread.join()

    publish()

    after = journal.page(trial.organization.pk, early[-1][0], 100)
    assert [position for position, _ in early] == [1, 2]
    assert [position for position, _ in after] == [3, 4]
    assert {t.job_public_id for _, t in early}.isdisjoint(t.job_public_id for _, t in after)
    batches = list(EventBatch.objects.order_by("last_position").values_list("pk", flat=True))
    assert batches == sorted(batches, reverse=True)  # the late one has the smaller id


def test_only_one_publishes_at_a_time(trial: Trial) -> None:
    trial.submit("anna", products=("elsewhere",))
    held, go_on = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with transaction.atomic():
                assert publisher._alone()
                held.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(20)
    meanwhile = publish()
    go_on.set()
    thread.join()

    assert (meanwhile, publish()) == (0, 2)


def test_many_who_publish_at_once_give_each_position_once(trial: Trial) -> None:
    for _ in range(10):
        trial.submit("anna", products=("elsewhere",))

    def run() -> None:
        for _ in range(5):
            publish()

    together(*[run] * 4)
    publish()

    assert [position for position, _ in read(trial.organization)] == list(range(1, 21))


def test_publishing_is_bounded(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "EVENTS", 4)
    monkeypatch.setattr(publisher, "SECONDS", 0)
    for _ in range(3):
        trial.submit("anna", "bo", products=("elsewhere",))

    assert [publish(), publish(), publish(), publish()] == [4, 4, 4, 0]
    assert [position for position, _ in read(trial.organization)] == list(range(1, 13))


def test_each_organization_has_a_journal_of_its_own(trial: Trial) -> None:
    other = Organization.objects.create(ims_org_id="Other@PortalOrg", name="Other")
    happen(trial, "anna")

    assert read(other) == []
    assert journal.last_position(other.pk) == 0


def test_events_are_forgotten_after_their_days_and_positions_go_on(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher, settings: Any
) -> None:
    register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")
    dispatcher.work_off()
    EventBatch.objects.update(at=F("at") - timedelta(days=settings.EVENT_DAYS))
    happen(trial, "bo")

    keep_house()

    assert [position for position, _ in read(trial.organization)] == [3, 4]
    assert (Event.objects.count(), EventBatch.objects.count()) == (2, 2)
    assert (Delivery.objects.count(), DeliveryTry.objects.count()) == (2, 0)
    EventBatch.objects.update(at=F("at") - timedelta(days=settings.EVENT_DAYS))
    keep_house()
    happen(trial, "cleo")
    assert [position for position, _ in read(trial.organization)] == [5, 6]
    assert Journal.objects.get().last_position == 6


def test_what_was_never_published_is_not_forgotten(trial: Trial, settings: Any) -> None:
    trial.submit("anna", products=("elsewhere",))
    EventBatch.objects.update(at=F("at") - timedelta(days=settings.EVENT_DAYS))

    keep_house()

    assert Event.objects.count() == 2
