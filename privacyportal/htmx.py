"""One URL, page or fragment: HTMX gets the fragment, everybody else the page around it."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing, unless it was sent."""
    return request.POST if request.method == "POST" else None


def page(
    request: HttpRequest,
    name: str,
    context: Mapping[str, Any],
    *,
    fragment: str = "",
    status: int = 200,
    zone: tzinfo | None = None,
) -> HttpResponse:
    """Renders a page that is never stored; `fragment` is what HTMX gets instead. Times on it are
    those of the member who reads, unless a `zone` is given."""
    partial = bool(fragment) and request.headers.get("HX-Request") == "true"
    member = getattr(request, "member", None)
    zone = zone or (member.zone if member else timezone.get_default_timezone())
    with timezone.override(zone):
        chosen = fragment if partial else name
        response = render(request, chosen, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store, private"
    return response
