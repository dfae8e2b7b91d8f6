"""The description of the API, for programs (JSON) and for people (a page); open to everyone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from privacyportal.api.envelope import answer
from privacyportal.api.gateway import resource
from privacyportal.api.openapi import JSON, OPERATIONS, document

DEEPEST = 4  # levels of fields that are listed


@dataclass(frozen=True, slots=True)
class Field:
    """A line in the table of a body's fields."""

    path: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Example:
    """JSON to look at."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation as the page has it."""

    method: str
    path: str
    anchor: str
    summary: str
    description: list[str]
    parameters: list[Mapping[str, Any]]
    fields: list[Field]
    examples: list[Example]
    answers: list[Answered]


@dataclass(frozen=True, slots=True)
class Answered:
    """One possible answer."""

    status: str
    description: str
    fields: list[Field]
    example: str


def as_json(_request: HttpRequest) -> HttpResponse:
    return answer(document(settings.PORTAL_URL))


@login_not_required
@require_safe
def as_page(request: HttpRequest) -> HttpResponse:
    told = document(settings.PORTAL_URL)
    about = told["info"]["description"].strip().split("\n\n")
    return render(request, "api/description.html", {"about": about, "sections": _sections()})


@cache
def _sections() -> list[tuple[str, list[Shown]]]:
    told = document(settings.PORTAL_URL)
    known = told["components"]["schemas"]
    sections: dict[str, list[Shown]] = {}
    for operation in OPERATIONS:
        described = told["paths"][operation.path][operation.method.lower()]
        sections.setdefault(operation.tag, []).append(
            _shown(operation.method, operation.path, described, known)
        )
    return list(sections.items())


def _shown(method: str, path: str, told: Mapping[str, Any], known: Mapping[str, Any]) -> Shown:
    content = _content(told.get("requestBody", {}))
    return Shown(
        method,
        path,
        told["operationId"],
        told["summary"],
        told.get("description", "").split("\n\n") if told.get("description") else [],
        told.get("parameters", []),
        list(_fields(content.get("schema", {}), known)),
        list(_examples(told.get("requestBody", {}))),
        [_answered(status, one, known) for status, one in told["responses"].items()],
    )


def _answered(status: str, told: Mapping[str, Any], known: Mapping[str, Any]) -> Answered:
    content = _content(told)
    good = status.startswith("2")
    return Answered(
        status,
        told["description"],
        list(_fields(content.get("schema", {}), known)) if good else [],
        _pretty(content["example"]) if "example" in content else "",
    )


def _content(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the one media type of a body says."""
    media: Mapping[str, Any] = told.get("content", {})
    return next(iter(media.values()), {})


def _examples(told: Mapping[str, Any]) -> Iterator[Example]:
    for media, content in told.get("content", {}).items():
        for name, example in content.get("examples", {}).items():
            value = example["value"]
            text = _pretty(value) if media == JSON else urlencode(value, safe="…")
            yield Example(name, text)


def _pretty(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _fields(
    schema: Mapping[str, Any], known: Mapping[str, Any], path: str = "", depth: int = 0
) -> Iterator[Field]:
    """Every field of an object and of what lies in it, one line each."""
    whole = _resolved(schema, known)
    if whole.get("type") == "array":
        yield from _fields(whole.get("items", {}), known, f"{path}[]", depth)
    elif depth < DEEPEST:
        for name, child in whole.get("properties", {}).items():
            place = f"{path}.{name}" if path else name
            needed = name in whole.get("required", ())
            description = child.get("description", "")
            yield Field(place, _kind(child, known), needed, description)
            yield from _fields(child, known, place, depth + 1)


def _resolved(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    return schema


def _kind(schema: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """ "text", "list of objects", "text or number": the type in words."""
    whole = _resolved(schema, known)
    if choices := whole.get("anyOf"):
        return " or ".join(dict.fromkeys(_kind(choice, known) for choice in choices))
    if "enum" in whole:
        return ", ".join(map(str, whole["enum"]))
    if whole.get("type") == "array":
        inner = _kind(whole.get("items", {}), known).split(" or ")
        return f"list of {' or '.join(MANY.get(word, word) for word in inner)}"
    return WORDS.get(whole.get("type", ""), "anything")


WORDS = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
MANY = {"text": "texts", "number": "numbers", "object": "objects"}

openapi = resource(GET=as_json)
