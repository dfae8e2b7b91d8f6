"""Files of a package as a person reads them: rows and columns, or text. Nothing is believed of a
file but its bytes; what is neither is only offered for download."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from jobs.rules.file_kinds import is_text

ROWS = 200
TABLES = 30  # of one document
TEXT = 64 * 1024  # characters
DEPTH = 3  # of values inside a cell
decoder = json.JSONDecoder(parse_float=str, parse_int=str)  # numbers as written


@dataclass(frozen=True, slots=True)
class Table:
    """`title` is the place in a document, `total` how many rows the file has: None where only its
    beginning was read. `headless` are keys and values."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int | None
    title: str = ""
    headless: bool = False

    @property
    def hidden(self) -> int:
        return max(0, (self.total or 0) - len(self.rows))


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be shown of a file: tables, or a text, or (of a binary one) neither. `cut` where
    there is more of it than is shown."""

    tables: Sequence[Table] = ()
    text: str = ""
    cut: bool = False

    @property
    def shown(self) -> bool:
        return bool(self.tables or self.text)


def read(name: str, data: bytes, *, whole: bool = True, records: int = 0) -> Reading:
    """`data` is the file, or where it is not `whole` its beginning; `records` are counted by who
    wrote it."""
    if not is_text(data):
        return Reading()
    text = data.decode("utf-8-sig", errors="ignore")
    kind = name.rpartition(".")[2].lower()
    if kind in ("csv", "tsv"):
        tables = [_of_rows(text, whole, records)]
    elif kind in ("jsonl", "ndjson"):
        tables = _of_values(_lines(text, whole), whole, records)
    else:
        tables = _of_json(text, whole, records)
    if tables:
        return Reading(tables, cut=any(t.hidden or t.total is None for t in tables))
    return Reading(text=text[:TEXT], cut=len(text) > TEXT or not whole)


# --- JSON --------------------------------------------------------------------------------------


def _of_json(text: str, whole: bool, records: int) -> list[Table]:
    stripped = text.strip()
    try:
        if stripped.startswith("["):
            return _of_values(_elements(stripped), whole, records)
        if stripped.startswith("{") and whole:
            return list(islice(_of_document(decoder.decode(stripped), ""), TABLES))
    except (ValueError, RecursionError):
        pass
    return []


def _elements(text: str) -> Iterator[Any]:
    """Of a list, whose end may be missing: as far as it can be read."""
    at = 1
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at == len(text) or text[at] == "]":
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value


def _lines(text: str, whole: bool) -> Iterator[Any]:
    lines = text.splitlines()
    for line in lines if whole else lines[:-1]:
        if line.strip():
            try:
                yield decoder.decode(line)
            except (ValueError, RecursionError):
                return


def _of_values(values: Iterable[Any], whole: bool, records: int) -> list[Table]:
    """One table of the values of a list."""
    found = list(values)
    first = found[:ROWS]
    if first and all(isinstance(row, dict) for row in first):
        names = list(dict.fromkeys(name for row in first for name in row))
        columns = [cell(name) for name in names]
        rows = [[cell(row.get(name)) for name in names] for row in first]
    else:
        columns, rows = [_("Value")], [[cell(value)] for value in first]
    return [Table(columns, rows, _total(len(found), whole, records))]


def _total(counted: int, whole: bool, records: int) -> int | None:
    if whole:
        return counted
    return records if records >= counted else None


def _of_document(document: dict[str, Any], title: str) -> Iterator[Table]:
    """What it says itself, then a table for each part of it."""
    parts = {name: part for name, part in document.items() if _is_part(part)}
    plain = [[cell(name), cell(v)] for name, v in document.items() if name not in parts]
    if plain:
        columns = [_("Name"), _("Value")]
        yield Table(columns, plain[:ROWS], len(plain), title, headless=True)
    for name, part in parts.items():
        place = f"{title} / {cell(name)}" if title else cell(name)
        if isinstance(part, dict):
            yield from _of_document(part, place)
        else:
            [table] = _of_values(part, True, 0)
            yield Table(table.columns, table.rows, table.total, place)


def _is_part(value: Any) -> bool:
    rows = isinstance(value, list) and any(isinstance(row, dict) for row in value)
    return rows or (isinstance(value, dict) and bool(value))


def cell(value: Any) -> str:
    """A value in words: "street: Storgatan 1, city: Umeå"."""
    return _words(value, 0).encode(errors="replace").decode()  # JSON holds what UTF-8 cannot


def _words(value: Any, depth: int) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list) and depth < DEPTH:
        if isinstance(value, dict):
            return ", ".join(f"{name}: {_words(v, depth + 1)}" for name, v in value.items())
        return ", ".join(_words(v, depth + 1) for v in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# --- rows with separators ----------------------------------------------------------------------


def _of_rows(text: str, whole: bool, records: int) -> Table:
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=separator))
    except csv.Error:
        return Table([_("Value")], [[line] for line in text.splitlines()[:ROWS]], None)
    rows = [row for row in (rows if whole else rows[:-1]) if row]
    columns, found = (rows[0], rows[1:]) if rows else ([], [])
    wide = len(columns)
    shown = [[*row[:wide], *[""] * (wide - len(row))] for row in found[:ROWS]]
    return Table(columns, shown, _total(len(found), whole, records))
