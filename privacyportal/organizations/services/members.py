"""Organizations and the people in them."""

from __future__ import annotations

from typing import Any

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
    _record(member, by, "member.add", {"role": role})
    return member


@transaction.atomic
def change_role(*, member: Member, by: Actor, role: Role) -> None:
    """What the new role may do holds from the member's next request on."""
    before = Member.objects.select_for_update(no_key=True).get(pk=member.pk).role
    if before == role:
        return
    Member.objects.filter(pk=member.pk).update(role=role)
    member.role = role
    _record(member, by, "member.change_role", {"before": before, "role": role})


@transaction.atomic
def remove(*, member: Member, by: Actor) -> None:
    """Ends a membership; the person and what they did stay on record."""
    _record(member, by, "member.remove", {"role": member.role})
    member.delete()


def keep_view(*, member: Member, **changes: Any) -> None:
    """Remembers how this person looks at pages; written only where that changed."""
    if any(member.view.get(name, "") != value for name, value in changes.items()):
        member.view = {**member.view, **changes}
        Member.objects.filter(pk=member.pk).update(view=member.view)


def _record(member: Member, by: Actor, verb: str, detail: dict[str, str]) -> None:
    record(
        organization=member.organization,
        by=by,
        verb=verb,
        target=("user", str(member.user.public_id)),
        detail=detail,
    )
