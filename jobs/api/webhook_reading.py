"""Reading webhooks and deliveries for the API, always within the organization."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.events import journal
from jobs.models import Delivery, DeliveryTry, Webhook
from jobs.services.webhooks import MOST
from privacyportal.organizations.models import Organization

TRIES = 10_000  # of one page


@dataclass(frozen=True, slots=True)
class Deliveries:
    """A page of deliveries, newest first, with their events and tries; `more` follow."""

    deliveries: Sequence[Delivery]
    events: Mapping[int, journal.Told]
    tries: Mapping[int, Sequence[DeliveryTry]]
    more: bool


def list_webhooks(organization: Organization) -> list[Webhook]:
    kept = Webhook.objects.for_organization(organization).filter(deleted_at=None)
    return list(kept.order_by("pk")[: 2 * MOST])


def find_webhook(organization: Organization, webhook_id: str) -> Webhook | None:
    if (public_id := as_uuid(webhook_id)) is None:
        return None
    kept = Webhook.objects.for_organization(organization).filter(deleted_at=None)
    return kept.select_related("organization").filter(public_id=public_id).first()


def find_delivery(webhook: Webhook, delivery_id: str) -> Delivery | None:
    if (public_id := as_uuid(delivery_id)) is None:
        return None
    found = Delivery.objects.select_related("webhook__organization")
    return found.filter(webhook=webhook, public_id=public_id).first()


def list_deliveries(
    webhook: Webhook, *, size: int, status: str, before: Delivery | None
) -> Deliveries:
    """Four queries, however long the page is."""
    matching = Delivery.objects.filter(webhook=webhook)
    if status:
        matching = matching.filter(state=status)
    if before is not None:
        matching = matching.filter(pk__lt=before.pk)
    found = list(matching.order_by("-pk")[: size + 1])
    page = found[:size]
    tries: dict[int, list[DeliveryTry]] = {}
    of_page = DeliveryTry.objects.filter(delivery_id__in=[one.pk for one in page])
    for one in of_page.order_by("-pk")[:TRIES]:
        tries.setdefault(one.delivery_id, []).append(one)
    events = journal.find({one.event_id for one in page})
    return Deliveries(page, events, tries, len(found) > size)


def as_uuid(given: str) -> uuid.UUID | None:
    """A UUID in its one spelling; anything else is nothing."""
    try:
        found = uuid.UUID(given)
    except ValueError:
        return None
    return found if str(found) == given.lower() else None
