"""“Test connection”: whether the files are there and have the columns that the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.processors.base import Finding, ProductUnavailable, TryAgain
from jobs.processors.files import places
from jobs.processors.files.document import Table
from jobs.processors.files.places import Place
from jobs.processors.files.scanning import read
from jobs.rules import outcomes

LOOKED_AT = 20  # files of a table
LINES = 100  # of a file


def findings(settings: Mapping[str, Any], tables: Sequence[Table]) -> list[Finding]:
    wrong = [Finding("error", told, path) for path, told in places.problems(settings)]
    if wrong:
        return wrong
    try:
        place = places.place(settings)
        return list(_place(place, tables))
    except ProductUnavailable as error:
        return [Finding("error", outcomes.detail(error.detail, error.params), "url")]
    except Exception as error:  # of whichever package speaks to the bucket
        told = _("The bucket does not let us in: %(error)s.") % {"error": type(error).__name__}
        return [Finding("error", told, "url")]


def _place(place: Place, tables: Sequence[Table]) -> Iterator[Finding]:
    files = {table.name: place.files(table.files) for table in tables}
    number = sum(map(len, files.values()))
    told = ngettext("Found %(n)s file.", "Found %(n)s files.", number) % {"n": number}
    yield Finding("ok", told)
    if place.unwritable() and any(table.delete.do != "keep" for table in tables):
        yield Finding("error", _("The folder cannot be written to."), "url")
    for table in tables:
        yield from _table(place, table, files[table.name])


def _table(place: Place, table: Table, files: Sequence[str]) -> Iterator[Finding]:
    path = f"tables.{table.name}"
    if not files:
        told = _("No file is called %(pattern)s.") % {"pattern": table.files}
        yield Finding("warning", told, path)
    told_of: set[str] = set()
    for name in files[:LOOKED_AT]:
        try:
            for where, column in _missing(place, table, name):
                if where not in told_of:
                    told_of.add(where)
                    told = _("%(name)s has no column %(column)s.")
                    named = {"name": place.shown(name), "column": column}
                    yield Finding("error", told % named, path + where)
        except ProductUnavailable as error:
            yield Finding("error", outcomes.detail(error.detail, error.params), path)
        except TryAgain:
            continue  # gone meanwhile


def _missing(place: Place, table: Table, name: str) -> list[tuple[str, str]]:
    """Of a file that tells its columns; of others a few lines are read, to see whether they can
    be."""
    with read(place, table, name) as rows:
        for _line in islice(rows, LINES):
            pass
        known = set(rows.names())
    return [(where, column) for where, column in _columns(table) if known and column not in known]


def _columns(table: Table) -> Iterator[tuple[str, str]]:
    """Every column that the settings name, with its place in them."""
    for number, identity in enumerate(table.identities):
        yield f".identities[{number}].column", identity.column
    yield from ((".give", column) for column in table.give or ())
    for mode, policy in (("delete", table.delete), ("purge", table.purge)):
        yield from ((f".{mode}.columns.{column}", column) for column in policy.columns)
