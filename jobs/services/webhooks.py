"""Webhooks: registered, changed, removed, challenged again; one delivery sent again. Each act is
audited, and none of them calls a receiver: the dispatcher does."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.engine.wake import wake_deliveries
from jobs.events import queue
from jobs.models import Delivery, Webhook
from jobs.models.places import webhook_place
from jobs.models.webhooks import LIVE, DeliveryState, WebhookState
from jobs.rules.events import Kind
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.bulk import reserve_ids
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import create_data_key, destroy
from privacyportal.organizations.models import ApiCredential, Organization

MOST = 20  # of one organization: each event becomes a delivery of each
AGAIN = 1000  # failed deliveries sent again at once
LOOK = 20_000  # deliveries looked at for them, newest first

# Why a webhook is disabled.
REASONS = {
    "challenge_failed": _("The receiver did not answer the challenge."),
    "not_visited": _("The validation address was not visited within five minutes."),
    "failing": _("More than four of five deliveries failed for more than 24 hours."),
    "paused": _("An administrator paused it."),
    "revoked": _("The program that it is told to was revoked."),
    "refused": _("The receiver's address is not allowed."),
    "unknown_host": _("The receiver's host name is not known."),
    "unreachable": _("The receiver could not be reached."),
    "timeout": _("The receiver took too long."),
    "tls": _("The receiver's certificate is not trusted, or TLS failed."),
    "protocol": _("The receiver did not speak HTTP."),
}


class TooMany(Exception):
    """The organization has as many webhooks as it may."""


class NotLive(Exception):
    """Nothing is sent to this webhook now."""


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """What a program says about a webhook, checked."""

    name: str
    url: str
    kinds: tuple[Kind, ...]


def create(
    *, organization: Organization, by: Actor, client_id: str, draft: WebhookDraft
) -> tuple[Webhook, str]:
    """Registers a URL and has it challenged; the secret is in the answer and nowhere else. Raises
    TooMany."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        _check_room(organization)
        key = create_data_key(organization_id=organization.pk, purpose=Purpose.WEBHOOK)
        [pk] = reserve_ids(Webhook, 1)
        webhook = Webhook.objects.create(
            pk=pk,
            organization=organization,
            name=draft.name,
            url=draft.url,
            kinds=[int(kind) for kind in draft.kinds],
            client_id=client_id,
            secret_sealed=key.seal(secret, webhook_place(pk)),
            data_key_id=key.id,
            state=WebhookState.PENDING,
        )
        _audit(webhook, by, "webhook.create")
        transaction.on_commit(wake_deliveries, robust=True)
    return webhook, secret


def _check_room(organization: Organization) -> None:
    """Locks the organization's row: of two that race for the last place one waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM organizations_organization WHERE id = %s FOR NO KEY UPDATE",
            [organization.pk],
        )
    kept = Webhook.objects.for_organization(organization).filter(deleted_at=None)
    if kept.count() >= MOST:
        raise TooMany


def change(*, webhook: Webhook, by: Actor, draft: WebhookDraft) -> Webhook:
    """Another URL is challenged before it is told anything. Raises NotLive where its program was
    revoked."""
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.reason == "revoked":
            raise NotLive
        moved = webhook.url != draft.url
        webhook.name, webhook.url = draft.name, draft.url
        webhook.kinds = [int(kind) for kind in draft.kinds]
        if moved:
            _to_challenge(webhook)
        webhook.save()
        _audit(webhook, by, "webhook.change", moved=moved)
        transaction.on_commit(wake_deliveries, robust=True)
    return webhook


def challenge_again(*, webhook: Webhook, by: Actor) -> Webhook:
    """Raises NotLive where its program was revoked."""
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.reason == "revoked":
            raise NotLive
        _to_challenge(webhook)
        webhook.save()
        _audit(webhook, by, "webhook.challenge")
        transaction.on_commit(wake_deliveries, robust=True)
    return webhook


def pause(*, webhook: Webhook, by: Actor) -> Webhook:
    """Nothing is sent until somebody resumes it; what happens meanwhile stands in the journal.
    Raises NotLive."""
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.state not in LIVE:
            raise NotLive
        _disable(webhook, "paused")
        _audit(webhook, by, "webhook.pause")
    return webhook


def resume(*, webhook: Webhook, by: Actor) -> Webhook:
    """Without a challenge: its address has answered one. Raises NotLive where it is not paused."""
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.reason != "paused" or webhook.deleted_at:
            raise NotLive
        webhook.state, webhook.reason = WebhookState.ACTIVE, ""
        webhook.changed_at, webhook.told_at = timezone.now(), None
        webhook.save()
        _audit(webhook, by, "webhook.resume")
        transaction.on_commit(wake_deliveries, robust=True)
    return webhook


def of_client(organization: Organization, client_id: str) -> list[Webhook]:
    """The webhooks of a program that are kept."""
    kept = Webhook.objects.for_organization(organization).filter(deleted_at=None)
    return list(kept.filter(client_id=client_id).order_by("pk")[: 2 * MOST])


def stop_of(credential: ApiCredential, by: Actor) -> None:
    """Called in the transaction that revokes a program: its webhooks are told nothing more."""
    for webhook in of_client(credential.organization, credential.client_id):
        locked = _locked(webhook)
        _disable(locked, "revoked")
        _audit(locked, by, "webhook.stop")


def _disable(webhook: Webhook, reason: str) -> None:
    """By hand: nobody needs a mail about it."""
    _to_challenge(webhook)
    webhook.state, webhook.reason = WebhookState.DISABLED, reason
    webhook.told_at = webhook.changed_at
    webhook.save()


def _locked(webhook: Webhook) -> Webhook:
    found: Webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    return found


def _to_challenge(webhook: Webhook) -> None:
    webhook.state, webhook.reason = WebhookState.PENDING, ""
    webhook.changed_at = timezone.now()
    webhook.lease_until = webhook.visit_hash = webhook.visit_until = webhook.told_at = None


def remove(*, webhook: Webhook, by: Actor) -> None:
    """Nothing is sent any more, and its secret is forgotten; the record of deliveries stays until
    their events are gone."""
    with transaction.atomic():
        now = timezone.now()
        removed = Webhook.objects.filter(pk=webhook.pk, deleted_at=None).update(
            state=WebhookState.DISABLED, deleted_at=now, changed_at=now, visit_hash=None
        )
        if removed:
            destroy(webhook.data_key_id)
            _audit(webhook, by, "webhook.delete")


def redeliver(*, delivery: Delivery, by: Actor) -> Delivery:
    """Sends one event again, however its delivery ended. Raises NotLive."""
    with transaction.atomic():
        webhook = _locked(delivery.webhook)
        if webhook.state not in LIVE or webhook.deleted_at:
            raise NotLive
        delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
        if delivery.state != DeliveryState.OPEN:
            queue.again(delivery.pk, timezone.now())
            delivery.refresh_from_db()
        _audit(webhook, by, "webhook.redeliver", delivery=str(delivery.public_id))
        transaction.on_commit(wake_deliveries, robust=True)
    return delivery


def redeliver_failed(*, webhook: Webhook, by: Actor) -> int:
    """Sends the newest failed events again, AGAIN at once; how many. Raises NotLive."""
    with transaction.atomic():
        webhook = _locked(webhook)
        if webhook.state not in LIVE or webhook.deleted_at:
            raise NotLive
        sent = queue.again_failed(webhook.pk, timezone.now(), look=LOOK, most=AGAIN)
        _audit(webhook, by, "webhook.redeliver_failed", deliveries=sent)
        transaction.on_commit(wake_deliveries, robust=True)
    return sent


def _audit(webhook: Webhook, by: Actor, verb: str, **detail: object) -> None:
    """The URL stays out: its path and query may be secret."""
    record(
        organization=webhook.organization,
        by=by,
        verb=verb,
        target=("webhook", str(webhook.public_id)),
        detail={"name": webhook.name, "kinds": labels(webhook.kinds), **detail},
    )


def labels(kinds: Iterable[int]) -> list[str]:
    return [Kind(kind).code for kind in kinds]
