"""Deliveries arrive at a real receiver: what they say, who signed them, when they come again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from jobs.events import queue
from jobs.events.dispatcher import Dispatcher
from jobs.events.publisher import publish
from jobs.models import Delivery, DeliveryTry, Job, Webhook
from jobs.models.places import webhook_place
from jobs.models.webhooks import WebhookState
from jobs.rules.events import Kind
from jobs.services import webhooks
from privacyportal.actors import SYSTEM
from privacyportal.keys.services import sealer
from privacyportal.organizations.models import Organization
from tests.engine.conftest import Trial
from tests.events.conftest import Receivers, due_now, happen, register, states, verified
from tests.events.receiver import Receiver


def test_an_event_arrives_as_the_contract_says(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.PRODUCT_COMPLETE, dispatcher=dispatcher)
    happen(trial, "anna")

    dispatcher.work_off()

    [got] = receiver.posts
    delivery, job = Delivery.objects.get(), Job.objects.get()
    event_id = uuid.uuid5(job.responses.get().public_id, "productcomplete 0")
    assert {name: got.json[name] for name in got.json if name != "time"} == {
        "specversion": "1.0",
        "id": str(event_id),
        "event_id": str(event_id),
        "eventid": str(event_id),
        "type": "com.adobe.platform.gdpr.productcomplete",
        "source": "http://portal.test/data/core/privacy",
        "datacontenttype": "application/json",
        "recipientclientid": "program",
        "data": {
            "imsOrg": "Trial@PortalOrg",
            "value": {"jobId": str(job.public_id), "message": "trial.delete.complete"},
        },
    }
    at = datetime.fromisoformat(got.json["time"])
    assert timedelta() <= datetime.now(UTC) - at < timedelta(minutes=1)
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-adobe-delivery-id"] == str(delivery.public_id)
    assert got.headers["x-adobe-event-id"] == str(event_id)
    assert got.headers["x-adobe-event-code"] == "com.adobe.platform.gdpr.productcomplete"
    assert got.headers["x-adobe-provider"] == "Trial@PortalOrg"
    assert "x-adobe-retry-count" not in got.headers
    assert states() == [("delivered", 1)]


def test_each_kind_has_its_words(trial: Trial, receiver: Receiver, dispatcher: Dispatcher) -> None:
    register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna", "refuse")

    dispatcher.work_off()

    assert sorted(receiver.messages) == [
        "job.delete.complete", "job.delete.error", "trial.delete.complete", "trial.delete.error",
    ]  # fmt: skip
    assert b"example.org" not in b"".join(one.body for one in receiver.got)


def test_both_signatures_are_verified_with_keys_that_anybody_can_read(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")

    dispatcher.work_off()

    got = receiver.posts[0]
    paths = [got.headers[f"x-adobe-public-key{slot}-path"] for slot in (1, 2)]
    assert all(verified(got, slot) for slot in (1, 2))
    assert len(set(paths)) == 2
    assert all(
        re.fullmatch(r"/data/core/privacy/webhook-keys/[0-9a-f-]{36}\.pem", p) for p in paths
    )
    secret = sealer(webhook.data_key_id).open(webhook.secret_sealed, webhook_place(webhook.pk))
    digest = hmac.digest(secret, got.body, hashlib.sha256)
    assert base64.b64decode(got.headers["x-adobe-signature"]) == digest


@pytest.mark.parametrize("status", [201, 204, 299])
def test_any_2xx_is_success(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher, status: int
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    receiver.answers = [status]
    happen(trial, "anna")

    dispatcher.work_off()

    assert states() == [("delivered", 1)]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422, 505])
def test_what_no_later_try_changes_is_not_tried_again(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher, status: int
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    receiver.answers = [status]
    happen(trial, "anna")

    dispatcher.work_off()

    assert states() == [("failed", 1)]
    assert len(receiver.posts) == 1
    assert DeliveryTry.objects.get().status == status


def test_retries_come_after_1_2_4_8_15_15_minutes_for_24_hours(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    receiver.answers = [429, 500, 502, 503, 504, 599, 500]
    happen(trial, "anna")

    minutes = []
    for _ in range(6):
        dispatcher.work_off()
        delivery = Delivery.objects.get()
        minutes.append(round((delivery.not_before - timezone.now()).total_seconds() / 60))
        due_now()
    Delivery.objects.update(last_try_at=timezone.now() + timedelta(minutes=14))
    dispatcher.work_off()

    assert minutes == [1, 2, 4, 8, 15, 15]
    assert states() == [("failed", 7)]
    counts = [one.headers.get("x-adobe-retry-count") for one in receiver.posts]
    assert counts == [None, "1", "2", "3", "4", "5", "6"]
    assert {one.headers["x-adobe-delivery-id"] for one in receiver.posts} == {
        str(Delivery.objects.get().public_id)
    }


def test_a_delivery_has_a_day(trial: Trial, receiver: Receiver, dispatcher: Dispatcher) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    happen(trial, "anna")

    delivery = Delivery.objects.get()
    assert delivery.last_try_at - delivery.created_at == timedelta(hours=24)


def test_a_receiver_that_says_nothing_is_cut_off_and_tried_again(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher, settings: Any
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    settings.WEBHOOK_SECONDS, receiver.delay = 0.5, 3
    happen(trial, "anna")

    began = time.monotonic()
    dispatcher.work_off()

    assert time.monotonic() - began < 15
    assert states() == [("open", 1)]
    one = DeliveryTry.objects.get()
    assert (one.status, one.error, one.good) == (None, "timeout", False)
    assert 400 < one.milliseconds < 2000


def test_a_receiver_that_is_away_is_tried_again(
    trial: Trial, receivers: Receivers, dispatcher: Dispatcher
) -> None:
    webhook = register(
        trial.organization, receivers().url, Kind.JOB_COMPLETE, dispatcher=dispatcher
    )
    Webhook.objects.filter(pk=webhook.pk).update(url="http://127.0.0.1:9/hook")
    happen(trial, "anna")

    dispatcher.work_off()

    assert states() == [("open", 1)]
    assert DeliveryTry.objects.get().error == "unreachable"


def test_a_retry_holds_back_nothing(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    receiver.answers = [503, 200]
    happen(trial, "anna")
    dispatcher.work_off()
    happen(trial, "bo")

    dispatcher.work_off()

    assert states() == [("open", 1), ("delivered", 1)]


def test_one_slow_receiver_delays_no_other(
    trial: Trial, receivers: Receivers, dispatcher: Dispatcher, settings: Any
) -> None:
    settings.WEBHOOK_AT_ONCE = 2
    slow, fast = receivers(), receivers()
    for one in (slow, fast):
        register(trial.organization, one.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    slow.delay = 1.0
    happen(trial, *["anna"] * 6)

    dispatcher.work_off()

    assert len(slow.posts) == len(fast.posts) == 6
    assert slow.most_flying == 2
    assert max(one.at for one in fast.posts) < max(one.at for one in slow.posts)


def test_what_happens_while_a_slow_receiver_is_waited_for_is_sent_meanwhile(
    trial: Trial, receivers: Receivers, dispatcher: Dispatcher
) -> None:
    slow, fast = receivers(), receivers()
    register(trial.organization, slow.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    slow.delay = 4.0
    happen(trial, "anna")
    other = Organization.objects.create(ims_org_id="Other@PortalOrg", name="Other")
    webhook = register(other, fast.url)
    dispatcher.wake()
    while not slow.posts:
        time.sleep(0.02)

    while Webhook.objects.get(pk=webhook.pk).state != WebhookState.ACTIVE:
        assert slow.flying == 1
        time.sleep(0.02)

    assert slow.flying == 1


def test_only_the_kinds_that_were_asked_for_are_sent(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_ERROR, dispatcher=dispatcher)
    happen(trial, "anna", "refuse")

    dispatcher.work_off()

    assert receiver.messages == ["job.delete.error"]


def test_another_organization_is_told_nothing(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    other = Organization.objects.create(ims_org_id="Other@PortalOrg", name="Other")
    register(other, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")

    dispatcher.work_off()

    assert receiver.posts == []
    assert Delivery.objects.count() == 0


def test_a_removed_webhook_is_told_nothing_more(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")

    webhooks.remove(webhook=webhook, by=SYSTEM)
    dispatcher.work_off()
    Delivery.objects.update(last_try_at=timezone.now() - timedelta(hours=1))
    queue.end_overdue()

    assert receiver.posts == []
    assert {state for state, _ in states()} == {"failed"}


def test_a_delivery_is_sent_again_by_hand(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    receiver.answers = [404, 200]
    happen(trial, "anna")
    dispatcher.work_off()
    before = states()

    webhooks.redeliver(delivery=Delivery.objects.get(), by=SYSTEM)
    dispatcher.work_off()

    assert (before, states()) == ([("failed", 1)], [("delivered", 1)])
    assert DeliveryTry.objects.count() == 2
    first, second = receiver.posts
    assert first.body == second.body


def test_what_a_dead_process_had_in_flight_is_sent_again(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    happen(trial, "anna")
    lost = queue.claim(10)

    dispatcher.work_off()
    while_leased = len(receiver.posts)
    Delivery.objects.update(lease_until=F("lease_until") - timedelta(minutes=5))
    dispatcher.work_off()

    assert len(lost.deliveries) == 1
    assert while_leased == 0
    assert states() == [("delivered", 1)]


def test_a_late_answer_is_dropped(trial: Trial, receiver: Receiver, dispatcher: Dispatcher) -> None:
    register(trial.organization, receiver.url, Kind.JOB_COMPLETE, dispatcher=dispatcher)
    happen(trial, "anna")

    def lose(_: object) -> None:
        Delivery.objects.update(lease_token=uuid.uuid4())

    receiver.on_post = lambda request: _in_a_thread(lose)
    dispatcher._start(1)
    dispatcher._collect()
    dispatcher._record()

    assert states() == [("open", 0)]
    assert DeliveryTry.objects.count() == 0


def _in_a_thread(act: Any) -> None:
    from django.db import connection

    try:
        act(None)
    finally:
        connection.close()


def test_publishing_twice_makes_no_second_delivery(
    trial: Trial, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    register(trial.organization, receiver.url, dispatcher=dispatcher)
    happen(trial, "anna")

    publish()
    dispatcher.work_off()

    assert len(receiver.posts) == 2
    assert Delivery.objects.count() == 2
