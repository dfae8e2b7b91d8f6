"""Choices about the portal itself: its colours and language, how it shows times, whose work one is
looking at."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from privacyportal.htmx import page
from privacyportal.organizations.context import THEMES
from privacyportal.organizations.forms import PreferencesForm
from privacyportal.organizations.models import Member, User
from privacyportal.organizations.services import sessions
from privacyportal.organizations.services.languages import offered, spoken
from privacyportal.organizations.sessions import ORGANIZATION
from privacyportal.organizations.views.browsers import told

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


@login_not_required
@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Kept with the user, and in a cookie for the pages before sign-in."""
    response = redirect(_back(request))
    language = request.POST.get("language")
    member = getattr(request, "member", None)
    if language not in dict(offered(member.organization if member else None)):
        return response
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(language=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated  # nobody else comes this far
    member: Member | None = request.member  # type: ignore[attr-defined]
    organization = member.organization if member else None
    form = PreferencesForm(organization, request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with translation.override(spoken(request.user.language, organization) or None):
            messages.success(request, _("Preferences saved."))
        return redirect("organizations:preferences")
    status = 422 if form.is_bound else 200
    context = {"form": form, "sessions": told(request, sessions.of_user(request.user))}
    return page(request, "organizations/preferences.html", context, status=status)


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Signs out everywhere but here."""
    assert request.user.is_authenticated  # nobody else comes this far
    ended = sessions.end_others(user=request.user, kept=request.session.session_key or "")
    words = ngettext("%(n)s session was ended.", "%(n)s sessions were ended.", ended)
    messages.success(request, words % {"n": ended})
    return redirect("organizations:preferences")


@require_safe
def brand(request: HttpRequest) -> HttpResponse:
    """The organization's colour as a stylesheet of its own: pages have no inline styles."""
    member = getattr(request, "member", None)
    color = member.organization.brand_color if member else ""
    css = f":root {{ --brand: {color}; --brand-ink: #fff }}" if color else ""
    answer = HttpResponse(css, content_type="text/css; charset=utf-8")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@require_POST
def organization_choose(request: HttpRequest) -> HttpResponse:
    """Another of one's organizations, for the rest of the session."""
    assert request.user.is_authenticated  # nobody else comes this far
    mine = Member.objects.filter(
        user=request.user, organization__deleting_since=None
    ).select_related("organization")
    try:
        chosen = mine.filter(organization__public_id=request.POST.get("organization", "")).first()
    except ValidationError:
        chosen = None
    if chosen is None:
        raise Http404
    request.session[ORGANIZATION] = str(chosen.organization.public_id)
    sessions.note_member(chosen)
    return redirect("/")


def _back(request: HttpRequest) -> str:
    """The page that one came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
