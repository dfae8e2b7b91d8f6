"""Webhooks and their deliveries, in words and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.api.webhook_reading import Deliveries
from jobs.events import journal
from jobs.models import Delivery, DeliveryTry, Webhook
from jobs.models.webhooks import DeliveryState, WebhookState
from jobs.services.webhooks import REASONS
from jobs.views.status import PAUSED, Status

STOPPED = Status("off", "cancelled", gettext_lazy("Stopped"))
OF_STATE = {
    WebhookState.PENDING: Status("run", "processing", gettext_lazy("Is being challenged")),
    WebhookState.WAITING: Status("wait", "waiting", gettext_lazy("Waits for a visit")),
    WebhookState.ACTIVE: Status("ok", "complete", gettext_lazy("Active")),
    WebhookState.UNSTABLE: Status("wait", "needs", gettext_lazy("Unstable")),
    WebhookState.DISABLED: Status("err", "error", gettext_lazy("Disabled")),
}
OF_REASON = {"paused": PAUSED, "revoked": STOPPED}
OF_DELIVERY = {
    DeliveryState.OPEN: Status("run", "processing", gettext_lazy("On its way")),
    DeliveryState.DELIVERED: Status("ok", "complete", gettext_lazy("Delivered")),
    DeliveryState.FAILED: Status("err", "error", gettext_lazy("Failed")),
}


@dataclass(frozen=True, slots=True)
class TryRow:
    attempt: DeliveryTry
    answer: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """`message` and `body` are empty once the event is forgotten."""

    delivery: Delivery
    status: Status
    message: str
    job_id: str
    headers: Sequence[tuple[str, str]]
    body: str
    tries: Sequence[TryRow]


def status_of(webhook: Webhook) -> Status:
    return OF_REASON.get(webhook.reason) or OF_STATE[WebhookState(webhook.state)]


def host(webhook: Webhook) -> str:
    """What of its address is no secret."""
    return urlsplit(webhook.url).netloc


def rows(webhook: Webhook, found: Deliveries) -> list[DeliveryRow]:
    return [
        _row(webhook, one, found.events.get(one.event_id), found.tries.get(one.pk, ()))
        for one in found.deliveries
    ]


def _row(
    webhook: Webhook, one: Delivery, event: journal.Told | None, tries: Sequence[DeliveryTry]
) -> DeliveryRow:
    return DeliveryRow(
        delivery=one,
        status=OF_DELIVERY[DeliveryState(one.state)],
        message=event.message if event else "",
        job_id=str(event.job_public_id) if event else "",
        headers=_headers(one, event),
        body=_body(webhook, event) if event else "",
        tries=[TryRow(attempt, _answer(attempt)) for attempt in tries],
    )


def _headers(one: Delivery, event: journal.Told | None) -> list[tuple[str, str]]:
    """Those that are kept; signatures are made anew for each try."""
    known = [("x-adobe-delivery-id", str(one.public_id))]
    if event:
        known.append(("x-adobe-event-id", str(event.public_id)))
        known.append(("x-adobe-event-code", event.kind.code))
    return known


def _body(webhook: Webhook, event: journal.Told) -> str:
    told = journal.cloud_event(event, webhook.client_id)
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def _answer(attempt: DeliveryTry) -> str:
    if attempt.status is not None:
        return _("HTTP %(status)s") % {"status": attempt.status}
    if attempt.error == "gone":
        return _("Nothing was sent: the event, or the secret, is forgotten.")
    return str(REASONS.get(attempt.error, attempt.error))


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """A webhook in the list."""

    webhook: Webhook
    status: Status
    host: str
    lately: Any
    kinds: int
