"""Organizations and the people in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Permission, Role, roles_that_may
from privacyportal.organizations.services import sessions

# What a member has in the apps above: told before it goes, forgotten with the membership.
OWNED: list[Callable[[Member], Sequence[str]]] = []
FORGET: list[Callable[[Member], None]] = []
MANAGERS = roles_that_may(Permission.MANAGE)


class LastAdministrator(Exception):
    """Nobody else could set up anything in the organization."""


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
    """What the new role may do holds from the member's next request on. Raises
    LastAdministrator."""
    _lock(member.organization)
    before = Member.objects.get(pk=member.pk).role
    if before == role:
        return
    if role not in MANAGERS:
        _keep_an_administrator(member, before)
    Member.objects.filter(pk=member.pk).update(role=role)
    member.role = role
    _record(member, by, "member.change_role", {"before": before, "role": role})


@transaction.atomic
def remove(*, member: Member, by: Actor) -> None:
    """Ends a membership and its sessions; the person and what they did stay on record. Raises
    LastAdministrator."""
    _lock(member.organization)
    _keep_an_administrator(member, Member.objects.get(pk=member.pk).role)
    for forget in FORGET:
        forget(member)
    sessions.forget_of_member(member)
    _record(member, by, "member.remove", {"role": member.role})
    member.delete()


def owned(member: Member) -> list[str]:
    """Sentences on what a member has, and what becomes of it when they are removed."""
    return [sentence for tell in OWNED for sentence in tell(member)]


def is_last_administrator(member: Member) -> bool:
    return member.role in MANAGERS and not _others(member).exists()


def _lock(organization: Organization) -> None:
    """Of two who would each leave the other as the last administrator, one waits."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _keep_an_administrator(member: Member, role: str) -> None:
    if role in MANAGERS and not _others(member).exists():
        raise LastAdministrator


def _others(member: Member) -> QuerySet[Member]:
    """Other administrators, who can sign in."""
    return Member.objects.filter(
        organization=member.organization_id, role__in=MANAGERS, user__is_active=True
    ).exclude(pk=member.pk)


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
