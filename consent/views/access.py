"""Who may look at choices, and at which."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from consent.models import ConsentRecord
from consent.services import records
from jobs.views.visible import member_of
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission


def reader(request: HttpRequest) -> Member:
    """Who reads requests may read choices too; values stay masked."""
    member = member_of(request)
    if not (member.may(Permission.OPT_OUT_READ) or member.may(Permission.PRIVACY_READ)):
        raise PermissionDenied
    return member


def find_record(member: Member, public_id: UUID) -> ConsentRecord:
    """A record of the member's organization; any other is 404."""
    found = records.find(member.organization, public_id)
    if found is None:
        raise Http404
    return found


def allow(member: Member, permission: Permission) -> None:
    if not member.may(permission):
        raise PermissionDenied
