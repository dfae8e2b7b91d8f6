"""Webhooks, deliveries and the journal, in the shapes that are published (§12)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET

from jobs.api import webhook_shapes as shapes
from jobs.api.webhook_reading import Deliveries
from jobs.events import journal
from jobs.events.journal import iso
from jobs.models import Delivery, DeliveryTry, Webhook
from jobs.models.webhooks import WebhookState
from jobs.services.webhooks import REASONS, labels


def webhook(found: Webhook, *, secret: str = "") -> shapes.Webhook:
    """`secret` only where the webhook was made just now."""
    waits = found.state == WebhookState.WAITING and found.visit_until
    return shapes.Webhook(
        webhookId=str(found.public_id),
        name=found.name,
        url=found.url,
        events=labels(found.kinds),
        clientId=found.client_id,
        status=found.state,  # type: ignore[arg-type]
        statusSince=iso(found.changed_at),
        createdDate=iso(found.created_at),
        statusReason=found.reason or UNSET,
        statusDetail=str(REASONS.get(found.reason, "")) if found.reason else UNSET,
        validationUntil=iso(found.visit_until) if waits and found.visit_until else UNSET,
        secret=secret or UNSET,
    )


def webhooks(found: Iterable[Webhook]) -> shapes.Webhooks:
    shown = [webhook(one) for one in found]
    return shapes.Webhooks(len(shown), shown)


def deliveries(found: Deliveries, url: str) -> shapes.Deliveries:
    shown = [
        delivery(one, found.events.get(one.event_id), found.tries.get(one.pk, ()), url)
        for one in found.deliveries
    ]
    return shapes.Deliveries(shown, next=shown[-1].deliveryId if found.more else None)


def delivery(
    found: Delivery, event: journal.Told | None, tries: Sequence[DeliveryTry], url: str
) -> shapes.Delivery:
    """`url` is the webhook's present one; tries are newest first."""
    return shapes.Delivery(
        deliveryId=str(found.public_id),
        status=found.state,  # type: ignore[arg-type]
        retryCount=max(0, found.tries - 1),
        createdDate=iso(found.created_at),
        closedDate=iso(found.closed_at) if found.closed_at else None,
        nextTry=iso(found.not_before) if found.closed_at is None else None,
        request=_sent(event, url),
        tries=[attempt(one) for one in tries],
    )


def _sent(event: journal.Told | None, url: str) -> shapes.Sent:
    if event is None:
        return shapes.Sent(method="POST", url=url)
    return shapes.Sent(
        method="POST",
        url=url,
        eventId=str(event.public_id),
        type=event.kind.code,
        jobId=str(event.job_public_id),
        message=event.message,
    )


def attempt(one: DeliveryTry) -> shapes.Try:
    return shapes.Try(
        retryCount=one.number,
        at=iso(one.started_at),
        milliseconds=one.milliseconds,
        success=one.good,
        status=one.status,
        error=one.error or None,
    )


def events(
    page: Sequence[tuple[int, journal.Told]], since: int, last: int, client_id: str
) -> shapes.Journal:
    """`since` is what was asked for, `last` the journal's newest position."""
    return shapes.Journal(
        [shapes.Place(position, journal.cloud_event(told, client_id)) for position, told in page],
        next=page[-1][0] if page else since,
        last=last,
    )
