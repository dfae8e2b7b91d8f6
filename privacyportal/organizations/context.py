"""What every page knows: the member, the organization, what one may do, the theme."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from privacyportal.organizations.models import Member, Organization

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    """`may.act` and the like are there where the member has that permission. `organizations` are
    all that one belongs to; they are read only by a page that shows them."""
    member = getattr(request, "member", None)
    theme = request.COOKIES.get("theme")
    return {
        "member": member or None,
        "organization": member.organization if member else None,
        "may": {permission.value: True for permission in member.permissions} if member else {},
        "organizations": SimpleLazyObject(lambda: _organizations(member)),
        "theme": theme if theme in THEMES else "",
    }


def _organizations(member: Member | None) -> list[Organization]:
    if not member:
        return []
    return list(Organization.objects.filter(memberships__user=member.user).order_by("name", "pk"))
