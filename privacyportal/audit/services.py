"""Recording of acts, in the transaction of the act itself."""

import hashlib
import os
from collections.abc import Mapping
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
    salt = os.urandom(16)
    full = {**detail, "actor": by.name}
    event = AuditEvent.objects.create(
        organization_id=organization.pk,
        at=timezone.now(),
        actor_kind=by.kind,
        actor_id=by.id,
        verb=verb,
        target_kind=target[0],
        target_id=target[1],
        correlation_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
        commitment=hashlib.sha256(salt + encode(full)).digest(),
    )
    AuditDetail.objects.create(
        event_id=event.pk, organization_id=organization.pk, salt=salt, detail=full
    )
    return event
