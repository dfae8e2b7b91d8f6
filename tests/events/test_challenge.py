"""A URL is told nothing until whoever is there has answered its challenge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jobs.events import challenge
from jobs.events.dispatcher import Dispatcher
from jobs.models import Webhook
from jobs.models.webhooks import WebhookState
from jobs.services import webhook_watch, webhooks
from jobs.services.webhooks import WebhookDraft
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.events.conftest import register
from tests.events.receiver import Receiver, Request


@pytest.fixture
def organization(transactional_db: None) -> Organization:
    return Organization.objects.create(ims_org_id="Trial@PortalOrg", name="Trial")


def nothing(_: str) -> bytes:
    return b"hello"


def visit(receiver: Receiver) -> int:
    """Visits the address that the receiver was told last."""
    url = receiver.got[-1].json["validationUrl"]
    assert url.startswith("http://portal.test/")
    return Client().get(url.removeprefix("http://portal.test")).status_code


@pytest.mark.parametrize(
    "answer",
    [
        str.encode,
        lambda word: f"  {word}\n".encode(),
        lambda word: json.dumps({"challenge": word}).encode(),
        lambda word: json.dumps({"more": 1, "challenge": word}).encode(),
        lambda word: json.dumps(word).encode(),
    ],
)
def test_who_answers_with_the_challenge_is_active(
    organization: Organization,
    receiver: Receiver,
    dispatcher: Dispatcher,
    answer: Callable[[str], bytes],
) -> None:
    receiver.challenge = answer

    webhook = register(organization, receiver.url, dispatcher=dispatcher)

    assert (webhook.state, webhook.reason) == ("active", "")
    assert [one.method for one in receiver.got] == ["GET"]


def test_a_url_with_a_query_keeps_it(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(organization, f"{receiver.url}?a=b%20c&d", dispatcher=dispatcher)

    assert webhook.state == "active"
    assert receiver.got[0].path.startswith("/hook?a=b%20c&d&challenge=")


def test_it_is_pending_until_then(organization: Organization, receiver: Receiver) -> None:
    assert register(organization, receiver.url).state == "pending"
    assert receiver.got == []


@pytest.mark.parametrize("status", [201, 204, 302, 401, 404, 500])
def test_another_status_than_200_disables(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher, status: int
) -> None:
    receiver.challenge_status = status

    webhook = register(organization, receiver.url, dispatcher=dispatcher)

    assert (webhook.state, webhook.reason) == ("disabled", "challenge_failed")


@pytest.mark.parametrize(
    "answer",
    [nothing, lambda word: word[:-1].encode(), lambda word: f'{{"other":"{word}"}}'.encode()],
)
def test_who_answers_otherwise_is_told_an_address_to_visit(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher,
    answer: Callable[[str], bytes],
) -> None:  # fmt: skip
    receiver.challenge = answer

    webhook = register(organization, receiver.url, dispatcher=dispatcher)

    waiting = webhook.state
    assert [one.method for one in receiver.got] == ["GET", "POST"]
    assert set(receiver.got[1].json) == {"validationUrl"}
    minutes = (webhook.visit_until - timezone.now()).total_seconds() / 60
    assert 4.8 < minutes <= 5
    assert visit(receiver) == 200
    webhook.refresh_from_db()
    assert (waiting, webhook.state) == ("waiting", "active")
    assert visit(receiver) == 404  # once


def test_the_five_minutes_begin_when_the_address_was_posted(organization: Organization) -> None:
    register(organization, "https://hooks.example.org/")
    [claimed] = challenge.claim(1)
    Webhook.objects.update(visit_until=timezone.now() + timedelta(minutes=4))  # a slow receiver

    challenge.record([challenge.Challenged(claimed, WebhookState.WAITING)])

    left = Webhook.objects.get().visit_until - timezone.now()
    assert timedelta(minutes=4.9) < left <= timedelta(minutes=5)


def test_who_visits_at_once_is_active_too(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    visited = []

    def at_once(request: Request) -> None:
        try:
            visited.append(visit(receiver))
        finally:
            connection.close()

    receiver.challenge, receiver.on_post = nothing, at_once

    webhook = register(organization, receiver.url, dispatcher=dispatcher)

    assert (visited, webhook.state) == ([200], "active")


def test_who_visits_too_late_is_disabled(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    receiver.challenge = nothing
    webhook = register(organization, receiver.url, dispatcher=dispatcher)
    Webhook.objects.update(visit_until=timezone.now() - timedelta(seconds=1))

    late = visit(receiver)
    webhook_watch.watch()

    webhook.refresh_from_db()
    assert (late, webhook.state, webhook.reason) == (404, "disabled", "not_visited")


def test_who_refuses_the_address_is_disabled(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    receiver.challenge, receiver.answers = nothing, [400]

    webhook = register(organization, receiver.url, dispatcher=dispatcher)

    assert (webhook.state, webhook.reason) == ("disabled", "challenge_failed")
    assert visit(receiver) == 404


def test_who_is_not_there_is_disabled_and_may_try_again(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(organization, "http://127.0.0.1:9/", dispatcher=dispatcher)
    first = (webhook.state, webhook.reason)
    Webhook.objects.update(url=receiver.url)

    webhooks.challenge_again(webhook=webhook, by=SYSTEM)
    dispatcher.work_off()

    webhook.refresh_from_db()
    assert first == ("disabled", "unreachable")
    assert webhook.state == "active"


def test_another_url_is_challenged_anew(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(organization, receiver.url, dispatcher=dispatcher)
    kinds = tuple(webhook.kinds)

    renamed = webhooks.change(
        webhook=webhook, by=SYSTEM, draft=WebhookDraft("other", webhook.url, kinds)
    )
    state = renamed.state
    moved = webhooks.change(
        webhook=webhook, by=SYSTEM, draft=WebhookDraft("other", f"{webhook.url}/2", kinds)
    )

    assert (state, moved.state) == ("active", "pending")


def test_an_answer_that_comes_after_a_change_counts_for_nothing(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(organization, receiver.url)
    [ours] = challenge.claim(10)
    webhooks.challenge_again(webhook=webhook, by=SYSTEM)

    challenge.record([challenge.make(ours)])

    webhook.refresh_from_db()
    assert webhook.state == "pending"


def test_a_challenge_is_made_by_one_process_and_again_when_that_died(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    webhook = register(organization, receiver.url)

    first, second = challenge.claim(10), challenge.claim(10)
    Webhook.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    dispatcher.work_off()

    webhook.refresh_from_db()
    assert (len(first), second) == (1, [])
    assert webhook.state == WebhookState.ACTIVE


def test_no_transaction_is_open_while_a_receiver_is_asked(
    organization: Organization, receiver: Receiver, dispatcher: Dispatcher
) -> None:
    open_ones: list[Any] = []

    def look(word: str) -> bytes:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT query FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state = 'idle in transaction'"
                )
                open_ones.extend(cursor.fetchall())
        finally:
            connection.close()
        return word.encode()

    receiver.challenge = look
    register(organization, receiver.url, dispatcher=dispatcher)

    assert open_ones == []
