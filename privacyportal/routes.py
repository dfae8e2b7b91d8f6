"""Addresses as logs may tell them: what somebody typed into one may be anything."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest
from django.urls import Resolver404, resolve

UNKNOWN = "(no such page)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


def told(request: HttpRequest) -> str:
    """Method and path with its ids; other texts in it (tokens, names) by what they are called.
    Without the query, which may hold a client's secret or what a page looks for."""
    method = request.method if request.method in METHODS else "(no such method)"
    return f"{method} {_page(request)}"


def _page(request: HttpRequest) -> str:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return UNKNOWN

    def fill(place: re.Match[str]) -> str:
        value = match.kwargs.get(place[1])
        return str(value) if isinstance(value, int) or _is_id(value) else place[0]

    return "/" + PLACE.sub(fill, match.route)


def _is_id(value: object) -> bool:
    try:
        return str(UUID(str(value))) == str(value).lower()
    except ValueError:
        return False
