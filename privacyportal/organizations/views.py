"""Choices about the portal itself: its colours, and whose work one is looking at."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from privacyportal.organizations.context import THEMES
from privacyportal.organizations.middleware import SESSION_KEY
from privacyportal.organizations.models import Organization

YEAR = 365 * 24 * 60 * 60


@login_not_required
@require_POST
def theme_choose(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie that the server reads, so that no page flickers; anything but a theme
    follows the system again."""
    response = redirect(_back(request))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_POST
def organization_choose(request: HttpRequest) -> HttpResponse:
    """Another of one's organizations, for the rest of the session."""
    assert request.user.is_authenticated  # nobody else comes this far
    mine = Organization.objects.filter(memberships__user=request.user)
    try:
        chosen = mine.filter(public_id=request.POST.get("organization", "")).first()
    except ValidationError:
        chosen = None
    if chosen is None:
        raise Http404
    request.session[SESSION_KEY] = str(chosen.public_id)
    return redirect("/")


def _back(request: HttpRequest) -> str:
    """The page that one came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
