"""Second factors: who has one, and that an organization requires them."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Member, Organization, User

KIND = Authenticator.Type.TOTP


@transaction.atomic
def require(*, organization: Organization, by: Actor, since: datetime | None) -> Organization:
    """From then on a member without one sets it up before anything else; None: nobody must."""
    organization.second_factor_from = since
    organization.save(update_fields=["second_factor_from"])
    record(
        organization=organization,
        by=by,
        verb="organization.second_factor",
        target=("organization", str(organization.public_id)),
        detail={"required_from": since.isoformat() if since else ""},
    )
    return organization


def with_second_factor(members: QuerySet[Member]) -> QuerySet[Member]:
    """Members that know whether they have one: `second_factor`."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type=KIND)
    return members.annotate(second_factor=Exists(factors))


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=KIND).exists()


def is_due(organization: Organization) -> bool:
    """Whether a second factor is required by now."""
    since = organization.second_factor_from
    return since is not None and since <= timezone.now()
