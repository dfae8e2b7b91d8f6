"""What the webhooks' endpoints take and answer (contract §12). Published, as jobs' are; times are
ISO 8601, in UTC, with seconds: deliveries are seconds apart."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from jobs.events.journal import CloudEvent

Code = Literal[
    "com.adobe.platform.gdpr.jobcomplete",
    "com.adobe.platform.gdpr.joberror",
    "com.adobe.platform.gdpr.productcomplete",
    "com.adobe.platform.gdpr.producterror",
]
Url = Annotated[str, Meta(min_length=1, description="https; of a host that may be called.")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[str, Meta(examples=["2026-11-25T21:53:07.123Z"])]


# --- what is sent ------------------------------------------------------------------------------


class GivenWebhook(msgspec.Struct):
    """A webhook to be; without `events` it is told all of them."""

    name: Name
    url: Url
    events: Annotated[list[Code], Meta(min_length=1)] | UnsetType = UNSET


class WebhookChange(msgspec.Struct):
    """What is absent stays as it is."""

    name: Name | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    events: Annotated[list[Code], Meta(min_length=1)] | UnsetType = UNSET


# --- what is answered --------------------------------------------------------------------------


class Webhook(msgspec.Struct, kw_only=True):
    """A registered address."""

    webhookId: str
    name: str
    url: str
    events: list[str]
    clientId: Annotated[str, Meta(description="The program that registered it.")]
    status: Literal["pending", "waiting", "active", "unstable", "disabled"]
    statusSince: Moment
    createdDate: Moment
    statusReason: Annotated[str, Meta(description="Why it is disabled.")] | UnsetType = UNSET
    statusDetail: Annotated[str, Meta(description="The same in words.")] | UnsetType = UNSET
    validationUntil: Moment | UnsetType = UNSET
    secret: Annotated[str, Meta(description="Shown once, when it is made.")] | UnsetType = UNSET


class Webhooks(msgspec.Struct):
    """All of them: there are few."""

    totalRecords: int
    webhooks: list[Webhook]


class Sent(msgspec.Struct, kw_only=True):
    """What is sent; of an event that is forgotten only where to."""

    method: str
    url: str
    eventId: str | UnsetType = UNSET
    type: str | UnsetType = UNSET
    jobId: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class Try(msgspec.Struct):
    """One POST: the status of HTTP, or why there was none."""

    retryCount: int
    at: Moment
    milliseconds: int
    success: bool
    status: int | None
    error: str | None


class Delivery(msgspec.Struct):
    """An event on its way to a webhook."""

    deliveryId: str
    status: Literal["open", "delivered", "failed"]
    retryCount: int
    createdDate: Moment
    closedDate: Moment | None
    nextTry: Moment | None
    request: Sent
    tries: Annotated[list[Try], Meta(description="The latest first.")]


class Deliveries(msgspec.Struct):
    """A page, the latest first; `next` goes on as `before`."""

    deliveries: list[Delivery]
    next: str | None


class Place(msgspec.Struct):
    """An event in its place in the journal."""

    position: int
    event: CloudEvent


class Journal(msgspec.Struct):
    """In order; `next` goes on as `since`, `last` is the newest position."""

    events: list[Place]
    next: int
    last: int


class Visited(msgspec.Struct):
    """The address of a validation was read: the webhook is active."""

    status: Literal["active"]
