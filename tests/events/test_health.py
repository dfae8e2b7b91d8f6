"""Webhooks that fail: unstable, then disabled, and the administrators are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from jobs.models import DeliveryTry, Webhook
from jobs.models.webhooks import WebhookState
from jobs.services.webhook_watch import Health, judge, watch
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Member, Organization, User
from tests.events.conftest import register

ACTIVE, UNSTABLE, DISABLED = WebhookState.ACTIVE, WebhookState.UNSTABLE, WebhookState.DISABLED


@pytest.fixture
def webhook(db: None) -> Webhook:
    organization = Organization.objects.create(ims_org_id="Trial@PortalOrg", name="Trial")
    made = register(organization, "http://127.0.0.1:9/secret-path")
    Webhook.objects.update(state=ACTIVE, changed_at=timezone.now() - timedelta(days=3))
    for role, email in (("administrator", "boss@x.test"), ("officer", "officer@x.test")):
        person = User.objects.create_user(email)
        Member.objects.create(organization=organization, user=person, role=role)
    return made


def tries(webhook: Webhook, good: int, bad: int, *, minutes: int = 5) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    DeliveryTry.objects.bulk_create(
        DeliveryTry(
            organization=webhook.organization, delivery_id=1, webhook_id=webhook.pk, number=0,
            started_at=at, milliseconds=5, status=200 if n < good else 500, good=n < good,
        )
        for n in range(good + bad)
    )  # fmt: skip


def unstable_since(**ago: float) -> None:
    Webhook.objects.update(state=UNSTABLE, changed_at=timezone.now() - timedelta(**ago))


def state(webhook: Webhook) -> str:
    webhook.refresh_from_db()
    return webhook.state


@pytest.mark.parametrize(
    ("good", "bad", "minutes", "after"),
    [
        (0, 10, 5, UNSTABLE),
        (1, 9, 5, UNSTABLE),
        (2, 8, 5, ACTIVE),  # 80 %, not more
        (0, 9, 5, ACTIVE),  # too few to tell
        (0, 50, 31, ACTIVE),  # too long ago
        (100, 0, 5, ACTIVE),
    ],
)
def test_more_than_80_percent_of_ten_or_more_in_30_minutes_is_unstable(
    webhook: Webhook, good: int, bad: int, minutes: int, after: str
) -> None:
    tries(webhook, good, bad, minutes=minutes)

    watch()

    assert state(webhook) == after


def test_failures_before_it_became_active_do_not_count(webhook: Webhook) -> None:
    tries(webhook, 0, 20)
    Webhook.objects.update(changed_at=timezone.now() - timedelta(minutes=1))

    watch()

    assert state(webhook) == ACTIVE


def test_who_recovers_is_active_again(webhook: Webhook) -> None:
    tries(webhook, 10, 10)
    unstable_since(hours=30)

    watch()

    assert state(webhook) == ACTIVE
    assert mail.outbox == []


def test_unstable_for_less_than_a_day_stays_so(webhook: Webhook) -> None:
    tries(webhook, 0, 20)
    unstable_since(hours=23)

    watch()

    assert state(webhook) == UNSTABLE


def test_who_is_not_tried_is_not_disabled_for_it(webhook: Webhook) -> None:
    unstable_since(hours=30)

    watch()

    assert state(webhook) == UNSTABLE


def test_unstable_for_more_than_a_day_is_disabled_and_administrators_are_told_once(
    webhook: Webhook,
) -> None:
    tries(webhook, 0, 2)
    unstable_since(hours=25)

    watch()
    watch()

    assert state(webhook) == DISABLED
    assert webhook.reason == "failing"
    [sent] = mail.outbox
    assert sent.recipients() == ["boss@x.test"]
    assert "warehouse" in sent.subject
    assert "Trial" in sent.body
    assert "four of five" in sent.body
    assert "secret-path" not in sent.body
    event = AuditEvent.objects.get(verb="webhook.disabled")
    assert (event.actor_kind, event.target_id) == ("system", str(webhook.public_id))


def test_a_mail_that_could_not_be_sent_is_sent_later(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: EmailMessage, **__: Any) -> int:
        raise ConnectionRefusedError

    tries(webhook, 0, 2)
    unstable_since(hours=25)
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        watch()
    before = len(mail.outbox)

    watch()

    assert (before, len(mail.outbox)) == (0, 1)


def test_a_removed_webhook_is_nobodys_worry(webhook: Webhook) -> None:
    tries(webhook, 0, 20)
    Webhook.objects.update(deleted_at=timezone.now())

    watch()

    assert state(webhook) == ACTIVE
    assert mail.outbox == []


def test_judging_is_pure() -> None:
    assert judge(Health(1, UNSTABLE, True, 1, 0)) == ACTIVE
    assert judge(Health(1, UNSTABLE, True, 1, 1)) == DISABLED
    assert judge(Health(1, UNSTABLE, False, 1, 1)) is None
    assert judge(Health(1, ACTIVE, True, 10, 9)) == UNSTABLE
