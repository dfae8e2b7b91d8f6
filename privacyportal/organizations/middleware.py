"""Finds the signed-in user's place in an organization: `request.member`, or None; and speaks the
language that the user chose."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from privacyportal.organizations.models import Member

SESSION_KEY = "organization"


def find_member(request: HttpRequest) -> Member | None:
    """The membership chosen in this session, else the oldest one."""
    if not request.user.is_authenticated:
        return None
    memberships = Member.objects.filter(user=request.user).select_related("organization", "user")
    chosen = request.session.get(SESSION_KEY)
    if chosen and (member := memberships.filter(organization__public_id=chosen).first()):
        return member
    return memberships.order_by("created_at", "pk").first()


class MembershipMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = SimpleLazyObject(lambda: find_member(request))  # type: ignore[attr-defined]
        return self.get_response(request)


class LanguageMiddleware:
    """The language of one's preferences, over the browser's and the cookie's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.user.language in dict(settings.LANGUAGES):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)
