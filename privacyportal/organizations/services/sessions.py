"""Sessions of people: noted while they are used, listed, ended."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Member, User, UserSession

GRAIN = timedelta(minutes=5)  # of what is noted
SHOWN = 50


def of_user(user: User) -> list[UserSession]:
    """Those that live, newest use first."""
    return list(_live(user).order_by("-seen_at")[:SHOWN])


def of_member(member: Member) -> list[UserSession]:
    """Those that look at the member's organization."""
    return list(_of_member(member).order_by("-seen_at")[:SHOWN])


def end_others(*, user: User, kept: str) -> int:
    """Ends all sessions of a person but the one with the key `kept`; how many."""
    return _live(user).exclude(session_key=kept).delete()[0]


@transaction.atomic
def end_of_member(*, member: Member, by: Actor) -> int:
    """Ends those that look at the member's organization; how many."""
    ended = forget_of_member(member)
    record(
        organization=member.organization,
        by=by,
        verb="member.end_sessions",
        target=("user", str(member.user.public_id)),
        detail={"sessions": ended},
    )
    return ended


def forget_of_member(member: Member) -> int:
    return _of_member(member).delete()[0]


def note_use(*, session: UserSession, member: Member | None) -> None:
    """That a session, and a member, are here now; written every five minutes."""
    now = timezone.now()
    if now - session.seen_at < GRAIN:
        return
    UserSession.objects.filter(pk=session.pk).update(seen_at=now)
    if member:
        note_member(member)


def note_member(member: Member) -> None:
    Member.objects.filter(pk=member.pk).update(seen_at=timezone.now())


def forget_expired() -> int:
    """Called by the sweep."""
    return UserSession.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def _live(user: User) -> QuerySet[UserSession]:
    return UserSession.objects.filter(user=user, expire_date__gt=timezone.now())


def _of_member(member: Member) -> QuerySet[UserSession]:
    """Also those in which no organization was chosen yet."""
    here = Q(organization=member.organization.public_id) | Q(organization=None)
    return _live(member.user).filter(here)
