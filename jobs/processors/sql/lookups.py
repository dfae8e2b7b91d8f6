"""Whether an index serves each look-up, asked of the database's own planner: the very condition
that a batch uses is explained, so that expressions, types and collations count as they will."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from sqlalchemy import Connection, Select, literal_column, select
from sqlalchemy.types import TypeEngine

from jobs.processors.base import Finding
from jobs.processors.sql.dialects.base import Dialect, LookUp
from jobs.processors.sql.reach import Mapped, compared

SAMPLES = ("x", "7", "2001-02-03", "00000000-0000-0000-0000-000000000007")


def findings(connection: Connection, mapped: Mapped) -> Iterator[Finding]:
    for look_up in look_ups(mapped):
        kind = mapped.column(look_up.column).type
        if not (samples := _samples(kind, mapped.dialect)):
            told = _("Nobody can be found by %(column)s: values of type %(type)s are not compared.")
            shown = {"column": look_up.column, "type": _shown(kind, connection)}
            yield Finding("error", told % shown, look_up.path)
            continue
        condition = mapped.dialect.among(look_up.compared, kind, samples)
        query: Select[Any] = select(literal_column("1")).select_from(mapped.sql).where(condition)
        if not mapped.dialect.served(connection, query):
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


def _samples(kind: TypeEngine[Any], dialect: Dialect) -> list[Any]:
    values = (dialect.fitting(sample, kind) for sample in SAMPLES)
    fitting = [value for value in values if value is not None]
    return list(dialect.samples(fitting)) if fitting else []


def _shown(kind: TypeEngine[Any], connection: Connection) -> str:
    try:
        return str(kind.compile(connection.dialect)).lower()
    except Exception:  # a type that SQLAlchemy does not know
        return "?"


# --- what to do --------------------------------------------------------------------------------


def _advice(connection: Connection, mapped: Mapped, look_up: LookUp) -> str:
    statement = mapped.dialect.index_for(connection, mapped.sql, look_up)
    told = {"column": look_up.column, "statement": statement}
    if not look_up.normalization:
        return (
            _(
                "No index serves the look-up in %(column)s: every batch reads the whole table. "
                "Create one: %(statement)s"
            )
            % told
        )
    if not statement:
        return _unserved(look_up) % told
    return (
        _(
            "No index serves the look-up in %(column)s, which is normalized while it is "
            "compared: every batch reads the whole table. Create one (%(statement)s), or declare "
            "the column “normalized” if it is, so that a plain index on it serves."
        )
        % told
    )


def _unserved(look_up: LookUp) -> str:
    if look_up.normalization == "phone":
        return _(
            "No index can serve the look-up of digits in %(column)s: every batch reads the "
            "whole table. If the column holds nothing but digits, declare it “normalized” "
            "and give it an index."
        )
    return _(
        "No index can serve the look-up in %(column)s, which is normalized while it is compared: "
        "every batch reads the whole table. If its values have no spaces around them and no "
        "capital letters, or the column's collation takes these for equal, declare it "
        "“normalized” and give it an index."
    )
