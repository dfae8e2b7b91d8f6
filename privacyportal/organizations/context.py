"""What every page knows: the member, the organization, the theme."""

from typing import Any

from django.http import HttpRequest

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    theme = request.COOKIES.get("theme")
    return {
        "member": member or None,
        "organization": member.organization if member else None,
        "theme": theme if theme in THEMES else "",
    }
