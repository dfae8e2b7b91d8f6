"""The settings document of files: checked as a whole, then read into tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from jobs.processors.base import Problem
from jobs.processors.mapping import (
    IdentityColumn,
    Policy,
    identities_problems,
    identity,
    policy_problems,
    texts,
    unknown,
)

KEYS = {"url", "key", "secret", "endpoint", "tables"}
TABLE_KEYS = {
    "files", "format", "delimiter", "encoding", "identities", "give", "delete", "purge",
}  # fmt: skip
FORMATS: Mapping[str, str] = {
    "csv": "csv", "tsv": "csv", "jsonl": "jsonl", "ndjson": "jsonl",
}  # fmt: skip
# In which a line ends where its bytes say so.
ENCODINGS = ("utf-8", "latin-1", "cp1252")
COMPRESSED = ".gz"


@dataclass(frozen=True, slots=True)
class Table:
    """Files of one shape, found by a pattern: each line is a row."""

    name: str
    files: str
    format: str  # csv or jsonl
    delimiter: str
    encoding: str
    identities: tuple[IdentityColumn, ...]
    give: tuple[str, ...] | None  # None: every column
    delete: Policy
    purge: Policy


def read(document: Mapping[str, Any]) -> list[Table]:
    """The tables of a valid document."""
    return [_table(name, given) for name, given in document["tables"].items()]


def _table(name: str, given: Mapping[str, Any]) -> Table:
    files = given.get("files", name)
    give = given.get("give", "*")
    return Table(
        name,
        files,
        given.get("format") or format_of(files) or "csv",
        given.get("delimiter") or ("\t" if extension(files) == "tsv" else ","),
        given.get("encoding", ENCODINGS[0]),
        tuple(identity(one) for one in given["identities"]),
        None if give == "*" else tuple(give),
        Policy(**given.get("delete", {})),
        Policy(**given.get("purge", {})),
    )


def extension(pattern: str) -> str:
    """What a name ends with, compression apart: "csv" of "visits/*.csv.gz"."""
    return PurePosixPath(pattern.removesuffix(COMPRESSED)).suffix[1:].lower()


def format_of(pattern: str) -> str:
    return FORMATS.get(extension(pattern), "")


# --- problems ----------------------------------------------------------------------------------


def problems(document: Any) -> Iterator[Problem]:
    if not isinstance(document, Mapping):
        yield Problem("", _("The settings must be a JSON object."))
        return
    yield from unknown("", document, KEYS)
    if not isinstance(document.get("url"), str) or not document["url"]:
        yield Problem("url", _("Name the folder or bucket, like /srv/exports or s3://bucket/x."))
    for key in ("key", "secret", "endpoint"):
        if not isinstance(document.get(key, ""), str):
            yield Problem(key, _("This must be text."))
    tables = document.get("tables")
    if not isinstance(tables, Mapping) or not tables:
        yield Problem("tables", _("Name at least one table, as an object."))
        return
    for name, table in tables.items():
        yield from _table_problems(f"tables.{name}", name, table)


def _table_problems(path: str, name: str, table: Any) -> Iterator[Problem]:
    if not isinstance(table, Mapping):
        yield Problem(path, _("A table must be an object."))
        return
    yield from unknown(f"{path}.", table, TABLE_KEYS)
    yield from _pattern_problems(path, name, table)
    if not _delimits(table.get("delimiter", ",")):
        yield Problem(f"{path}.delimiter", _("The delimiter is one character."))
    if table.get("encoding", ENCODINGS[0]) not in ENCODINGS:
        yield Problem(f"{path}.encoding", _("Choose one of: %s.") % ", ".join(ENCODINGS))
    if not table.get("identities"):
        yield Problem(f"{path}.identities", _("List the columns that hold identities."))
    else:
        yield from identities_problems(f"{path}.identities", table["identities"])
    give = table.get("give", "*")
    if give != "*" and not texts(give):
        yield Problem(f"{path}.give", _("List the columns that are given out, or say “*”."))
    for key in ("delete", "purge"):
        yield from policy_problems(f"{path}.{key}", table.get(key, {}), hashes=False)


def _pattern_problems(path: str, name: str, table: Mapping[str, Any]) -> Iterator[Problem]:
    files = table.get("files", name)
    place = f"{path}.files" if "files" in table else path
    if not isinstance(files, str) or not files or files.startswith("/") or "\0" in files:
        yield Problem(place, _("Name the files by a pattern below the folder, like visits/*.csv."))
    elif ".." in PurePosixPath(files).parts:
        yield Problem(place, _("Files lie below the folder: “..” leads out of it."))
    elif "format" not in table and not format_of(files):
        told = _("The name does not tell the format: give “format”, csv or jsonl.")
        yield Problem(f"{path}.format", told)
    if table.get("format", "csv") not in ("csv", "jsonl"):
        yield Problem(f"{path}.format", _("Choose one of: %s.") % "csv, jsonl")


def _delimits(given: Any) -> bool:
    return isinstance(given, str) and len(given) == 1 and given.isascii() and given not in '"\r\n'
