"""What an administrator says of the organization itself."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization


@transaction.atomic
def change(*, organization: Organization, by: Actor, **wanted: Any) -> bool:
    """Sets fields of the organization, which are checked already; whether anything changed."""
    locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    changes = {
        name: {"before": getattr(locked, name), "after": value}
        for name, value in wanted.items()
        if getattr(locked, name) != value
    }
    if not changes:
        return False
    Organization.objects.filter(pk=organization.pk).update(**wanted)
    record(
        organization=organization,
        by=by,
        verb="organization.change",
        target=("organization", str(organization.public_id)),
        detail=changes,
    )
    return True
