"""Who may set an organization up, and whose membership a page is about."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from privacyportal.organizations.models import Invitation, Member
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services.factors import with_second_factor


def manager(request: HttpRequest) -> Member:
    member: Member | None = request.member  # type: ignore[attr-defined]
    if not member or not member.may(Permission.MANAGE):
        raise PermissionDenied
    return member


def find_colleague(manager: Member, user_id: UUID) -> Member:
    """A member of the manager's organization; any other is 404."""
    own = Member.objects.filter(organization=manager.organization_id, user__public_id=user_id)
    found = with_second_factor(own).select_related("user", "organization").first()
    if found is None:
        raise Http404
    return found


def find_invitation(manager: Member, public_id: UUID) -> Invitation:
    own = Invitation.objects.filter(organization=manager.organization_id, public_id=public_id)
    found = own.select_related("organization").first()
    if found is None:
        raise Http404
    return found
