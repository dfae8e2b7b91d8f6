"""One URL, page or fragment: HTMX gets the fragment, everybody else the page around it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers


def page(
    request: HttpRequest, name: str, context: Mapping[str, Any], *, fragment: str = ""
) -> HttpResponse:
    """Renders a page that is never stored; `fragment` is what HTMX gets instead."""
    partial = bool(fragment) and request.headers.get("HX-Request") == "true"
    response = render(request, fragment if partial else name, dict(context))
    patch_vary_headers(response, ["HX-Request"])
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store, private"
    return response
