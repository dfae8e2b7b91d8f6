"""Inviting people: a signed link by mail, which works once and not for long. Nothing in the
database lets anybody in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Invitation, Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import members
from privacyportal.organizations.services.languages import offered

LIVES = timedelta(days=7)
MOST = 200  # open ones of one organization
signer = Signer(salt="invitation")


class AlreadyMember(Exception):
    """Whoever has this address is a member."""


class AlreadyInvited(Exception):
    """This address has an open invitation, which can be sent again."""


class TooMany(Exception):
    """The organization has as many open invitations as it may."""


class NotOpen(Exception):
    """The invitation was accepted, withdrawn, or its time is over."""


@transaction.atomic
def invite(
    *, organization: Organization, by: Actor, email: str, role: Role, language: str
) -> Invitation:
    """Whoever calls sends the mail, once this is stored. Raises AlreadyMember, AlreadyInvited,
    TooMany."""
    email = email.strip().lower()
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    _check(organization, email)
    known = User.objects.filter(email=email).first()
    own = known.language if known else ""
    invitation = Invitation.objects.create(
        organization=organization,
        email=email,
        role=role,
        language=own if own in dict(offered(organization)) else language,
        invited_by=by.name,
        expires_at=timezone.now() + LIVES,
    )
    _record(invitation, by, "member.invite", role=role)
    return invitation


def _check(organization: Organization, email: str) -> None:
    if Member.objects.filter(organization=organization, user__email=email).exists():
        raise AlreadyMember
    waiting = open_ones(organization)
    if any(one.email == email for one in waiting):
        raise AlreadyInvited
    if len(waiting) >= MOST:
        raise TooMany


@transaction.atomic
def renew(*, invitation: Invitation, by: Actor) -> Invitation:
    """A new link with a time of its own; the one before it ends. Raises NotOpen."""
    invitation = _locked(invitation)
    if not invitation.is_open:
        raise NotOpen
    invitation.number += 1
    invitation.expires_at = timezone.now() + LIVES
    invitation.sent_at = None
    invitation.save()
    _record(invitation, by, "member.invite_again")
    return invitation


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Actor) -> None:
    """Its link ends at once. Raises NotOpen."""
    invitation = _locked(invitation)
    if not invitation.is_open:
        raise NotOpen
    invitation.withdrawn_at = timezone.now()
    invitation.save()
    _record(invitation, by, "member.withdraw_invitation")


@transaction.atomic
def accept(*, invitation: Invitation, user: User) -> Member:
    """Whoever calls has made sure that the user holds the link and has its address. Raises
    NotOpen."""
    return _join(_claimed(invitation), user)


@transaction.atomic
def accept_as_new(*, invitation: Invitation, name: str, password: str) -> Member:
    """Somebody who had no account yet. Raises NotOpen."""
    invitation = _claimed(invitation)
    user = User.objects.create_user(
        invitation.email, password, name=name, language=invitation.language
    )
    return _join(invitation, user)


def _claimed(invitation: Invitation) -> Invitation:
    """Locked and used up: of two who accept it, one is too late."""
    invitation = _locked(invitation)
    if not invitation.is_open or invitation.is_expired:
        raise NotOpen
    invitation.accepted_at = timezone.now()
    invitation.save()
    return invitation


def _join(invitation: Invitation, user: User) -> Member:
    organization, role = invitation.organization, Role(invitation.role)
    _record(invitation, user.actor, "member.accept_invitation")
    if found := Member.objects.filter(organization=organization, user=user).first():
        return found
    return members.add(organization=organization, by=user.actor, user=user, role=role)


def link(invitation: Invitation) -> str:
    token = signer.sign_object([str(invitation.public_id), invitation.number])
    return settings.PORTAL_URL + reverse("organizations:invitation-accept", args=[token])


def find(token: str) -> Invitation | None:
    """The invitation of a link, if it is that of its last mail; open or not."""
    try:
        public_id, number = signer.unsign_object(token)
    except (BadSignature, ValueError):
        return None
    found = Invitation.objects.select_related("organization")
    return found.filter(public_id=public_id, number=number).first()


def open_ones(organization: Organization) -> list[Invitation]:
    found = Invitation.objects.filter(
        organization=organization, accepted_at=None, withdrawn_at=None
    )
    return list(found.order_by("-created_at", "-pk")[:MOST])


def _locked(invitation: Invitation) -> Invitation:
    related = Invitation.objects.select_related("organization")
    return related.select_for_update(of=("self",), no_key=True).get(pk=invitation.pk)


def _record(invitation: Invitation, by: Actor, verb: str, **detail: str) -> None:
    """Without the address: it is a person's."""
    record(
        organization=invitation.organization,
        by=by,
        verb=verb,
        target=("invitation", str(invitation.public_id)),
        detail=detail,
    )
