"""Every URL of the product, by its name and its route."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def walk(resolver: URLResolver, names: str = "", route: str = "") -> Iterator[tuple[str, str]]:
    """(name or "", route) of every URL."""
    for entry in resolver.url_patterns:
        here = f"{route}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield f"{names}{entry.name}" if entry.name else "", here
        else:
            space = f"{entry.namespace}:" if entry.namespace else ""
            yield from walk(entry, f"{names}{space}", here)


EVERY = list(walk(get_resolver()))
