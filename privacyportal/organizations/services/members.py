"""Organizations and the people in them."""

from __future__ import annotations

from django.db import transaction

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Role


@transaction.atomic
def create_organization(
    *, by: Actor, ims_org_id: str, name: str, time_zone: str = "UTC", is_demo: bool = False
) -> Organization:
    organization = Organization.objects.create(
        ims_org_id=ims_org_id, name=name, time_zone=time_zone, is_demo=is_demo
    )
    record(
        organization=organization,
        by=by,
        verb="organization.create",
        target=("organization", str(organization.public_id)),
        detail={"name": name},
    )
    return organization


@transaction.atomic
def add(*, organization: Organization, by: Actor, user: User, role: Role) -> Member:
    member = Member.objects.create(organization=organization, user=user, role=role)
    record(
        organization=organization,
        by=by,
        verb="member.add",
        target=("user", str(user.public_id)),
        detail={"role": role},
    )
    return member
