"""JSON in: numbers as written, and nothing that would be lost or read two ways.

Duplicate keys, NUL characters, lone surrogates, NaN and nesting deeper than 32 are refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_noop as _

from privacyportal.api.problems import Invalid, Problems, invalid

MAX_DEPTH = 32
UNFIT = re.compile("[\x00\ud800-\udfff]")


class Number(str):
    """A JSON number, digit for digit as it was written."""

    __slots__ = ()


class Ambiguous(dict[str, Any]):
    """An object that had a key twice."""

    __slots__ = ("doubles",)
    doubles: list[str]


CONTAINERS = frozenset({dict, list, Ambiguous})


def decode(body: bytes) -> Any:
    """The value of a JSON text, numbers as `Number`. Raises Invalid."""
    doubled: list[Ambiguous] = []

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) == len(pairs):
            return built
        ambiguous = Ambiguous(built)
        counts = Counter(name for name, _value in pairs)
        ambiguous.doubles = [name for name, count in counts.items() if count > 1]
        doubled.append(ambiguous)
        return ambiguous

    text = _text(body)
    tree = _parse(text, build)
    _check_depth(tree)
    if doubled or "\\u" in text:
        _check_strings(tree)
    return tree


def as_object(tree: Any) -> dict[str, Any]:
    """The decoded body, which must be an object. Raises Invalid."""
    if not isinstance(tree, dict):
        raise invalid("", "wrong_type", _("The body must be a JSON object."))
    return tree


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        told = _("The body is not UTF-8: byte %(byte)s.")
        raise invalid("", "malformed_json", told, byte=error.start + 1) from None


def _parse(text: str, build: Any) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=build,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        if not text.strip():
            raise invalid("", "malformed_json", _("The body is empty.")) from None
        told = _("The body is not JSON: %(error)s at line %(line)s, column %(column)s.")
        place = {"line": error.lineno, "column": error.colno}
        raise invalid("", "malformed_json", told, error=error.msg, **place) from None
    except RecursionError:
        raise _too_deep() from None


def _refuse_constant(name: str) -> Any:
    told = _("The body is not JSON: %(name)s is not a JSON number.")
    raise invalid("", "malformed_json", told, name=name)


def _too_deep() -> Invalid:
    told = _("The body is nested deeper than %(most)s levels.")
    return invalid("", "too_deep", told, most=MAX_DEPTH)


def _check_depth(tree: Any) -> None:
    level = [tree] if type(tree) in CONTAINERS else []
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if type(child) in CONTAINERS
        ]


def _check_strings(tree: Any) -> None:
    problems = Problems()
    for path, node in _walk("", tree):
        if isinstance(node, Ambiguous):
            for name in node.doubles:
                shown = _shown(name)
                told = _("This key stands here twice.")
                problems.add(_join(path, shown), "duplicate_key", told)
        if isinstance(node, dict) and any(map(UNFIT.search, node)):
            problems.add(path, "bad_character", _("A key holds a NUL or a lone surrogate."))
        if isinstance(node, str) and UNFIT.search(node):
            told = _("The text holds a NUL or a lone surrogate.")
            problems.add(path, "bad_character", told)
    if problems:
        raise Invalid(problems)


def _walk(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    yield path, node
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _walk(_join(path, _shown(name)), child)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _walk(f"{path}[{index}]", child)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(name: str) -> str:
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", name)[:60]
