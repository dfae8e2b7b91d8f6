"""Whether an index serves each look-up, asked of the database's own planner: the very condition
that a batch uses is explained, so that expressions, types and collations count as they will."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from sqlalchemy import (
    CHAR,
    ColumnElement,
    Connection,
    Executable,
    Select,
    cast,
    column,
    literal_column,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import Text, TypeEngine

from jobs.processors.base import Finding
from jobs.processors.sql.reach import Mapped, compared
from jobs.processors.sql.values import among, fitting, normalized

SAMPLES = ("x", "7", "2001-02-03", "00000000-0000-0000-0000-000000000007")


@dataclass(frozen=True)
class LookUp:
    """How rows of a table are found; `normalization` where the column itself is normalized."""

    path: str
    column: str
    compared: ColumnElement[Any]
    normalization: str = ""


def findings(connection: Connection, mapped: Mapped) -> Iterator[Finding]:
    for look_up in look_ups(mapped):
        kind = mapped.column(look_up.column).type
        if (sample := _sample(kind, mapped.sqlite)) is None:
            told = _("Nobody can be found by %(column)s: values of type %(type)s are not compared.")
            shown = {"column": look_up.column, "type": _shown(kind, connection)}
            yield Finding("error", told % shown, look_up.path)
            continue
        condition = among(look_up.compared, kind, [sample], mapped.sqlite)
        query: Select[Any] = select(literal_column("1")).select_from(mapped.sql).where(condition)
        if not _served(connection, query, mapped.sqlite):
            yield Finding("warning", _advice(connection, mapped, look_up), look_up.path)


def look_ups(mapped: Mapped) -> Iterator[LookUp]:
    table = mapped.table
    if table.parent:
        name = table.parent.column
        yield LookUp(f"tables.{table.name}.parent.column", name, mapped.column(name))
    for number, identity in enumerate(table.identities):
        expression = compared(mapped, identity)
        plain = expression is mapped.column(identity.column)
        yield LookUp(
            f"tables.{table.name}.identities[{number}].column",
            identity.column,
            expression,
            "" if plain else identity.normalization,
        )


def _sample(kind: TypeEngine[Any], sqlite: bool) -> Any | None:
    values = (fitting(sample, kind, sqlite) for sample in SAMPLES)
    return next((value for value in values if value is not None), None)


def _shown(kind: TypeEngine[Any], connection: Connection) -> str:
    try:
        return str(kind.compile(connection.dialect)).lower()
    except Exception:  # a type that SQLAlchemy does not know
        return "?"


# --- what the planner says ---------------------------------------------------------------------


class Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    words = {"sqlite": "EXPLAIN QUERY PLAN"}.get(compiler.dialect.name, "EXPLAIN (FORMAT JSON)")
    return f"{words} {compiler.process(element.statement, **options)}"


def _served(connection: Connection, query: Select[Any], sqlite: bool) -> bool:
    if sqlite:
        details = [row[-1] for row in connection.execute(Explain(query))]
        return all(d.startswith("SEARCH") and "ANY(" not in d for d in details)
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    found: Any = connection.execute(Explain(query)).scalar_one()
    plans = json.loads(bytes(found)) if not isinstance(found, list) else found
    return all(_by_index(connection, leaf) for leaf in _leaves(plans[0]["Plan"]))


def _leaves(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not plan.get("Plans"):
        yield plan
    for part in plan.get("Plans", ()):
        yield from _leaves(part)


def _by_index(connection: Connection, leaf: dict[str, Any]) -> bool:
    """Sought by the index's first column: by a later one the whole index would be read."""
    if leaf["Node Type"] == "Result":  # nothing is read
        return True
    if not (condition := leaf.get("Index Cond")):
        return False
    first = connection.execute(
        text(
            "SELECT attname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
            " LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
            " WHERE relname = :name"
        ),
        {"name": leaf.get("Index Name")},
    ).scalars()
    return any(name is None or _names(name, condition) for name in first)


def _names(column: str, condition: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(column)}(?![\w$])", condition) is not None


# --- what to do --------------------------------------------------------------------------------


def _advice(connection: Connection, mapped: Mapped, look_up: LookUp) -> str:
    told = {"column": look_up.column, "statement": _statement(connection, mapped, look_up)}
    if not look_up.normalization:
        return (
            _(
                "No index serves the look-up in %(column)s: every batch reads the whole table. "
                "Create one: %(statement)s"
            )
            % told
        )
    if mapped.sqlite and look_up.normalization == "phone":
        return (
            _(
                "No index can serve the look-up of digits in %(column)s: every batch reads the "
                "whole table. If the column holds nothing but digits, declare it “normalized” "
                "and give it an index."
            )
            % told
        )
    return (
        _(
            "No index serves the look-up in %(column)s, which is normalized while it is "
            "compared: every batch reads the whole table. Create one (%(statement)s), or declare "
            "the column “normalized” if it is, so that a plain index on it serves."
        )
        % told
    )


def _statement(connection: Connection, mapped: Mapped, look_up: LookUp) -> str:
    dialect = connection.dialect
    kind = mapped.column(look_up.column).type
    given: ColumnElement[Any] = column(look_up.column, kind)
    if look_up.normalization:
        given = normalized(given, look_up.normalization, mapped.sqlite)
    elif isinstance(kind, CHAR) and not mapped.sqlite:
        given = cast(given, Text)
    compiled = given.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    written = str(compiled).replace("%%", "%")
    if look_up.normalization or isinstance(kind, CHAR):
        written = f"({written})"
    table = dialect.identifier_preparer.format_table(mapped.sql)
    return (
        f"CREATE INDEX ON {table} ({written})"
        if not mapped.sqlite
        else (f"CREATE INDEX {mapped.table.name}_{look_up.column}_look_up ON {table} ({written})")
    )
