"""What every page knows: the member, the organization, what one may do, the theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject

from privacyportal.organizations.models import Member, Organization
from privacyportal.organizations.services.factors import has_second_factor, is_due
from privacyportal.organizations.services.languages import offered

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    """`may.act` and the like are there where the member has that permission. `organizations` are
    all that one belongs to; they are read only by a page that shows them. `languages` are those
    that can be chosen. `factor_due` says from
    when on this member must have a second factor, where there is none yet."""
    member = getattr(request, "member", None)
    theme = request.COOKIES.get("theme")
    return {
        "member": member or None,
        "organization": member.organization if member else None,
        "may": {permission.value: True for permission in member.permissions} if member else {},
        "organizations": SimpleLazyObject(lambda: _organizations(member)),
        "factor_due": SimpleLazyObject(lambda: _factor_due(member)),
        "factor_overdue": is_due(member.organization) if member else False,
        "languages": offered(member.organization if member else None),
        "theme": theme if theme in THEMES else "",
    }


def _factor_due(member: Member | None) -> str:
    """In the member's time zone, also on pages that are not made by ours."""
    since = member.organization.second_factor_from if member else None
    if not member or since is None or has_second_factor(member.user):
        return ""
    return date_format(since.astimezone(member.zone), "j F H:i")


def _organizations(member: Member | None) -> list[Organization]:
    if not member:
        return []
    mine = Organization.objects.filter(memberships__user=member.user, deleting_since=None)
    return list(mine.order_by("name", "pk"))
