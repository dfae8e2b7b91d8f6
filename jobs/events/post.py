"""From claimed deliveries to requests: bodies, headers, signatures. Then each is sent."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone

from jobs.events import journal
from jobs.events.outcomes import Posted
from jobs.events.queue import Claim, Claimed
from jobs.events.signing import Signer, hmac_signature
from jobs.models import Webhook
from jobs.models.places import webhook_place
from privacyportal import outbound
from privacyportal.keys.crypto import Unreadable
from privacyportal.keys.services import Sealer, sealers

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Prepared:
    """One request, ready to be signed and sent by whoever has time."""

    delivery: Claimed
    token: UUID
    url: str
    body: bytes
    headers: dict[str, str]
    secret: bytes


def prepare(claim: Claim) -> list[Prepared]:
    """Three queries, however many deliveries. What cannot be sent is left out (see `gone`)."""
    events = journal.find({one.event_id for one in claim.deliveries})
    webhooks = Webhook.objects.in_bulk({one.webhook_id for one in claim.deliveries})
    keys = sealers(webhook.data_key_id for webhook in webhooks.values())
    secrets = {pk: _secret(webhook, keys) for pk, webhook in webhooks.items()}
    return [
        _prepared(claim, one, events[one.event_id], webhooks[one.webhook_id], secret)
        for one in claim.deliveries
        if one.event_id in events and (secret := secrets.get(one.webhook_id))
    ]


def _secret(webhook: Webhook, keys: Mapping[int, Sealer]) -> bytes | None:
    """None where it was forgotten, or cannot be read: nobody else's deliveries wait for that."""
    key = keys.get(webhook.data_key_id)
    try:
        return key.open(webhook.secret_sealed, webhook_place(webhook.pk)) if key else None
    except Unreadable:
        return None


def _prepared(
    claim: Claim, one: Claimed, event: journal.Told, webhook: Webhook, secret: bytes
) -> Prepared:
    headers = {
        "Content-Type": journal.CONTENT_TYPE,
        "x-adobe-delivery-id": str(one.public_id),
        "x-adobe-event-id": str(event.public_id),
        "x-adobe-event-code": event.kind.code,
        "x-adobe-provider": event.ims_org_id,
    }
    if one.tries:
        headers["x-adobe-retry-count"] = str(one.tries)
    body = encode(journal.cloud_event(event, webhook.client_id))
    return Prepared(one, claim.token, webhook.url, body, headers, secret)


def gone(claim: Claim, prepared: list[Prepared]) -> list[Posted]:
    """Deliveries of which nothing can be sent: their event, or their webhook's secret, is gone."""
    sent = {one.delivery.id for one in prepared}
    now = timezone.now()
    return [
        Posted(one.id, claim.token, one.tries, None, "gone", now, 0)
        for one in claim.deliveries
        if one.id not in sent
    ]


def send(prepared: Prepared, signer: Signer) -> Posted:
    """Signs and sends; never raises for what the receiver does."""
    headers = {
        **prepared.headers,
        **signer.headers(prepared.body),
        "x-adobe-signature": hmac_signature(prepared.secret, prepared.body),
    }
    started_at, began = timezone.now(), time.monotonic()
    status, error = None, ""
    try:
        status = outbound.call(
            "POST",
            prepared.url,
            headers=headers,
            body=prepared.body,
            seconds=settings.WEBHOOK_SECONDS,
            most_bytes=0,
        ).status
    except outbound.OutboundError as refusal:
        error = refusal.kind
    return Posted(
        delivery_id=prepared.delivery.id,
        token=prepared.token,
        tries=prepared.delivery.tries,
        status=status,
        error=error,
        started_at=started_at,
        milliseconds=round((time.monotonic() - began) * 1000),
    )
