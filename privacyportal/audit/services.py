"""Recording of acts, in the transaction of the act itself."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import structlog
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization

encode = msgspec.json.Encoder(order="sorted").encode


def record(
    *,
    organization: Organization,
    by: Actor,
    verb: str,
    target: tuple[str, str],
    detail: Mapping[str, Any],
) -> AuditEvent:
    """Writes one act. `detail` is JSON with ids and counts, never an identity value."""
    [event] = record_all(organization=organization, by=by, verb=verb, acts=[(target, detail)])
    return event


def record_all(
    *,
    organization: Organization,
    by: Actor,
    verb: str,
    acts: Iterable[tuple[tuple[str, str], Mapping[str, Any]]],
) -> list[AuditEvent]:
    """Writes the same act on several things, in two statements: each a target and its detail."""
    now = timezone.now()
    correlation_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    told = [(target, os.urandom(16), {**detail, "actor": by.name}) for target, detail in acts]
    events = AuditEvent.objects.bulk_create(
        AuditEvent(
            organization_id=organization.pk,
            at=now,
            actor_kind=by.kind,
            actor_id=by.id,
            verb=verb,
            target_kind=kind,
            target_id=target_id,
            correlation_id=correlation_id,
            commitment=hashlib.sha256(salt + encode(full)).digest(),
        )
        for (kind, target_id), salt, full in told
    )
    AuditDetail.objects.bulk_create(
        AuditDetail(event_id=event.pk, organization_id=organization.pk, salt=salt, detail=full)
        for event, (_, salt, full) in zip(events, told, strict=True)
    )
    return events
