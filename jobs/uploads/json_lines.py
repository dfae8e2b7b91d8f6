"""On which line of a JSON text something stands, by its path ("users[3].userIDs[0].value")."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|[{}\[\],]|\n|[^\s{}\[\],:"]+')


def lines_of(text: str, paths: Collection[str]) -> dict[str, int]:
    """The line of each path; of one that is not there, that of the innermost thing around it. The
    text is JSON."""
    found = _walk(text, {near for path in paths for near in (path, *_around(path))})
    return {
        path: next((found[near] for near in (path, *_around(path)) if near in found), 1)
        for path in paths
    }


def _around(path: str) -> list[str]:
    """The paths of what a thing stands in, innermost first."""
    cuts = [match.start() for match in re.finditer(r"[.\[]", path)]
    return [path[:cut] for cut in reversed(cuts)]


def _walk(text: str, wanted: set[str]) -> dict[str, int]:
    """One pass over the text. Of each container that is open: its path, and the index of its
    present entry (a list) or None."""
    found: dict[str, int] = {}
    open_: list[tuple[str, int | None]] = []
    line, name = 1, ""
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark == "\n":
            line += 1
        elif token[2]:
            name = str(json.loads(token[1]))
            line += mark.count("\n")
        elif mark in "}]":
            open_.pop()
        elif mark == ",":
            path, index = open_[-1]
            open_[-1] = (path, None if index is None else index + 1)
        else:
            here = _path(open_, name)
            if here in wanted:
                found.setdefault(here, line)
            if mark in "{[":
                open_.append((here, 0 if mark == "[" else None))
    return found


def _path(open_: list[tuple[str, int | None]], name: str) -> str:
    if not open_:
        return ""
    path, index = open_[-1]
    if index is not None:
        return f"{path}[{index}]"
    return f"{path}.{name}" if path else name
