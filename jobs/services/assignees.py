"""Who sees to a request."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from jobs.models import PrivacyRequest
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Member, Organization
from privacyportal.organizations.permissions import Permission, roles_that_may

SHOWN = 200  # members to choose from
ROLES_THAT_ACT = roles_that_may(Permission.ACT)


def eligible(organization: Organization) -> list[Member]:
    """Those who may act, by name."""
    found = Member.objects.filter(organization=organization, role__in=ROLES_THAT_ACT)
    return list(found.select_related("user").order_by("user__name", "user__email", "pk")[:SHOWN])


def find(organization: Organization, user_id: UUID) -> Member | None:
    found = Member.objects.filter(organization=organization, role__in=ROLES_THAT_ACT)
    return found.select_related("user").filter(user__public_id=user_id).first()


@transaction.atomic
def assign(*, request: PrivacyRequest, by: Actor, to: Member | None) -> None:
    """`to` is eligible; None leaves the request to nobody."""
    request.assignee = to
    request.save(update_fields=["assignee"])
    record(
        organization=request.organization,
        by=by,
        verb="request.assign",
        target=("request", str(request.public_id)),
        detail={"to": str(to.user.public_id) if to else "", "name": str(to.user) if to else ""},
    )
