"""The page of a fault of ours, made without database or context processors: they may be it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseServerError
from django.template.loader import render_to_string

from privacyportal.organizations.context import THEMES


def server_error(request: HttpRequest) -> HttpResponseServerError:
    """Tells the request's id, by which the log has it, and nothing else of what happened."""
    theme = request.COOKIES.get("theme")
    context = {
        "reference": request.META.get("HTTP_X_REQUEST_ID", ""),
        "theme": theme if theme in THEMES else "",
    }
    response = HttpResponseServerError(render_to_string("500.html", context))
    response["Cache-Control"] = "no-store"
    return response
