"""Finds the signed-in user's place in an organization: `request.member`, or None; speaks the
language that the user chose; and leads those who must have a second factor to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from privacyportal.organizations.models import Member
from privacyportal.organizations.services import languages, sessions
from privacyportal.organizations.services.factors import has_second_factor, is_due
from privacyportal.organizations.sessions import ORGANIZATION

# Open to somebody who has yet to set up a second factor, beside the pages of the account itself.
FIRST = frozenset({"organizations:organization-choose", "organizations:invitation-accept"})


def find_member(request: HttpRequest) -> Member | None:
    """The membership chosen in this session, else the oldest one."""
    if not request.user.is_authenticated:
        return None
    memberships = Member.objects.filter(
        user=request.user, organization__deleting_since=None
    ).select_related("organization", "user")
    chosen = request.session.get(ORGANIZATION)
    if chosen and (member := memberships.filter(organization__public_id=chosen).first()):
        return member
    return memberships.order_by("created_at", "pk").first()


class MembershipMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = SimpleLazyObject(lambda: find_member(request))  # type: ignore[attr-defined]
        if request.user.is_authenticated and (session := getattr(request.session, "row", None)):
            sessions.note_use(session=session, member=request.member)  # type: ignore[attr-defined]
        return self.get_response(request)


class SecondFactorMiddleware:
    """Once an organization requires a second factor, its members set theirs up before anything
    else; and operators before they administer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, *_arguments: object
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if _may_come_first(request):
            return None
        if _administers(request) and not has_second_factor(request.user):
            messages.warning(request, _("Administration opens once the code app is turned on."))
        elif not must_set_up(request.member):  # type: ignore[attr-defined]
            return None
        place = reverse("mfa_index")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(headers={"HX-Redirect": place})
        return redirect(place)


def must_set_up(member: Member | None) -> bool:
    """Whether this person's organization requires a second factor by now, and there is none."""
    if not member or not is_due(member.organization):
        return False
    return not has_second_factor(member.user)


def _administers(request: HttpRequest) -> bool:
    match = request.resolver_match
    inside = match is not None and match.app_name == "admin"
    return inside and settings.OPERATOR_SECOND_FACTOR and request.user.is_superuser


def _may_come_first(request: HttpRequest) -> bool:
    match = request.resolver_match
    name = match.view_name or "" if match else ""
    return name.startswith(("mfa_", "account_")) or name in FIRST


class LanguageMiddleware:
    """One's own language or the organization's, over the browser's and the cookie's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            member: Member | None = request.member  # type: ignore[attr-defined]
            organization = member.organization if member else None
            browser = translation.get_language() or settings.LANGUAGE_CODE
            translation.activate(languages.shown(request.user, organization, browser))
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
