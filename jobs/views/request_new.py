"""The form that submits a request."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission


def request_new(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    if not member or not member.may(Permission.PRIVACY_WRITE):
        raise PermissionDenied
    return page(request, "jobs/request_new.html", {})
