"""Webhooks, deliveries and the journal in JSON (§12). Times are ISO 8601, in UTC, with seconds:
deliveries are seconds apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from jobs.api.webhook_reading import Deliveries
from jobs.events import journal
from jobs.models import Delivery, DeliveryTry, Webhook
from jobs.models.webhooks import WebhookState
from jobs.services.webhooks import REASONS, labels


def iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def webhook(found: Webhook, *, secret: str = "") -> dict[str, Any]:
    """`secret` only where the webhook was made just now."""
    shown: dict[str, Any] = {
        "webhookId": str(found.public_id),
        "name": found.name,
        "url": found.url,
        "events": labels(found.kinds),
        "clientId": found.client_id,
        "status": found.state,
        "statusSince": iso(found.changed_at),
        "createdDate": iso(found.created_at),
    }
    if found.reason:
        shown["statusReason"] = found.reason
        shown["statusDetail"] = str(REASONS.get(found.reason, ""))
    if found.state == WebhookState.WAITING:
        shown["validationUntil"] = iso(found.visit_until)
    if secret:
        shown["secret"] = secret
    return shown


def webhooks(found: Iterable[Webhook]) -> dict[str, Any]:
    shown = [webhook(one) for one in found]
    return {"totalRecords": len(shown), "webhooks": shown}


def deliveries(found: Deliveries, url: str) -> dict[str, Any]:
    shown = [
        delivery(one, found.events.get(one.event_id), found.tries.get(one.pk, ()), url)
        for one in found.deliveries
    ]
    return {"deliveries": shown, "next": shown[-1]["deliveryId"] if found.more else None}


def delivery(
    found: Delivery, event: journal.Told | None, tries: Sequence[DeliveryTry], url: str
) -> dict[str, Any]:
    """`url` is the webhook's present one; tries are newest first."""
    shown: dict[str, Any] = {
        "deliveryId": str(found.public_id),
        "status": found.state,
        "retryCount": max(0, found.tries - 1),
        "createdDate": iso(found.created_at),
        "closedDate": iso(found.closed_at),
        "nextTry": iso(found.not_before) if found.closed_at is None else None,
        "request": {"method": "POST", "url": url},
        "tries": [attempt(one) for one in tries],
    }
    if event is not None:
        shown["request"] |= {
            "eventId": str(event.public_id),
            "type": event.kind.code,
            "jobId": str(event.job_public_id),
            "message": event.message,
        }
    return shown


def attempt(one: DeliveryTry) -> dict[str, Any]:
    """`status` of HTTP, or `error`: why there was none."""
    return {
        "retryCount": one.number,
        "at": iso(one.started_at),
        "milliseconds": one.milliseconds,
        "success": one.good,
        "status": one.status,
        "error": one.error or None,
    }


def events(
    page: Sequence[tuple[int, journal.Told]], since: int, last: int, client_id: str
) -> dict[str, Any]:
    """`next` is what the next call says as `since`; `last` is the journal's newest position."""
    return {
        "events": [
            {"position": position, "event": journal.cloud_event(told, client_id)}
            for position, told in page
        ],
        "next": page[-1][0] if page else since,
        "last": last,
    }
