"""What files there are, put together by the shape of their names, and what their columns hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from jobs.processors.base import Column, FoundTable, ProductUnavailable
from jobs.processors.columns import propose
from jobs.processors.files import places
from jobs.processors.files.document import Table, format_of, read
from jobs.processors.files.formats import JsonRows, Rows
from jobs.processors.files.places import SPECIAL, Place
from jobs.processors.files.scanning import read as read_rows

TABLES = 200
SAMPLE = 100  # rows
MANY = 10_000  # files that are looked at
NUMBERS = re.compile(r"[0-9]+([-_.][0-9]+)*")


def look(settings: Mapping[str, Any], namespaces: Sequence[str]) -> list[FoundTable]:
    """One table for the files whose names differ by numbers and partitions only."""
    if not isinstance(settings.get("url"), str) or not settings["url"]:
        raise ProductUnavailable("files.address")
    place = places.place(settings)
    first: dict[str, str] = {}
    for name in place.some(MANY):
        shown = place.shown(name)
        if format_of(shown) and not SPECIAL.search(shown):
            first.setdefault(pattern(shown), name)
    return [
        FoundTable(found, _columns(place, found, name, namespaces))
        for found, name in sorted(first.items())[:TABLES]
    ]


def pattern(shown: str) -> str:
    """visits/year=2024/part-0001.csv.gz → visits/year=*/part-*.csv.gz"""
    path = PurePosixPath(shown)
    folders = [_partition(part) for part in path.parts[:-1]]
    stem, dot, ending = path.name.partition(".")
    return "/".join([*folders, NUMBERS.sub("*", stem) + dot + ending])


def _partition(folder: str) -> str:
    key, equals, _value = folder.partition("=")
    return f"{key}=*" if equals else NUMBERS.sub("*", folder)


def _columns(place: Place, found: str, name: str, namespaces: Sequence[str]) -> list[Column]:
    table = read({"tables": {found: {"identities": ()}}})[0]
    try:
        return _read(place, table, name, namespaces)
    except ProductUnavailable:
        return []  # a file that is none of ours


def _read(place: Place, table: Table, name: str, namespaces: Sequence[str]) -> list[Column]:
    with read_rows(place, table, name) as rows:
        sample = [row for _raw, row in islice(rows, SAMPLE)]
        names = rows.names() or _keys(rows, sample)
        values = {column: _values(rows, sample, column) for column in names}
    return [
        Column(
            column,
            "text",
            propose(column, values[column], textual=True, namespaces=namespaces),
        )
        for column in names
    ]


def _keys(rows: Rows, sample: Iterable[Any]) -> list[str]:
    """Of JSON, in which each line tells its own."""
    if not isinstance(rows, JsonRows):
        return []
    return list(dict.fromkeys(key for row in sample for key in row))


def _values(rows: Rows, sample: Iterable[Any], column: str) -> list[str]:
    get = rows.get(column)
    return [value for row in sample if (value := get(row)) and value.strip()]
