"""Opt-out of sale: what people chose is written into columns of their rows, or into a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from jobs.processors.base import Assignment
from jobs.processors.sql.document import IdentityColumn, OptOut, Table
from jobs.processors.sql.reach import Mapped, Rows, compared, reach
from jobs.processors.sql.values import among, chunks, fitting
from jobs.rules.normalize import NORMALIZATIONS

WORDS = ("in", "out")  # in this order: where a row is of two minds, the opt-out stays


def choosing(tables: Sequence[Table]) -> list[Table]:
    """The tables that an opt-out writes to, and those that lead to them; parents first."""
    wanted = {table.name for table in tables if table.opt_out}
    for table in reversed(tables):
        if table.name in wanted and table.parent:
            wanted.add(table.parent.table)
    return [table for table in tables if table.name in wanted]


def write(
    connection: Connection, tables: Sequence[Mapped], assignments: Sequence[Assignment]
) -> dict[int, int]:
    """Person (a position among the assignments) → rows that say now what the person chose. The
    tables are those of `choosing`."""
    counts: dict[int, int] = {}
    for word in WORDS:
        people = [_who_chose(word, assignment) for assignment in assignments]
        for rows in reach(connection, tables, people):
            for person, number in _write(connection, rows, people, word).items():
                counts[person] = counts.get(person, 0) + number
    return counts


def _write(
    connection: Connection, rows: Rows, people: Sequence[Assignment], word: str
) -> Mapping[int, int]:
    opt_out = rows.mapped.table.opt_out
    if opt_out is None:
        return {}
    if opt_out.insert is None:
        _set(connection, rows, opt_out, word)
    elif word == "in":
        for condition in rows.matches():
            connection.execute(rows.mapped.sql.delete().where(condition))
    else:
        return _enter(connection, rows.mapped, people, opt_out.insert)
    return rows.counts


def _who_chose(word: str, assignment: Assignment) -> Assignment:
    """With only those identities whose present choice this is."""
    out = word == "out"
    chosen = tuple(i for i in assignment.identities if (i.opted_out is not False) == out)
    return replace(assignment, identities=chosen)


def _set(connection: Connection, rows: Rows, opt_out: OptOut, word: str) -> None:
    table = rows.mapped.sql
    values = {name: by_word[word] for name, by_word in opt_out.columns.items()}
    other = or_(*(rows.mapped.column(n).is_distinct_from(v) for n, v in values.items()))
    for condition in rows.matches():
        connection.execute(table.update().where(condition, other).values(values))


def _enter(
    connection: Connection,
    mapped: Mapped,
    people: Sequence[Assignment],
    values: Mapping[str, Any],
) -> dict[int, int]:
    """Enters each identity in the suppression list, once."""
    entered: dict[int, int] = {}
    for column in mapped.table.identities:
        wanted = _values(mapped, column, people)
        known = _known(connection, mapped, column, list(wanted))
        missing = [{**values, column.column: value} for value in sorted(set(wanted) - known)]
        if missing:  # somebody may enter the same one meanwhile: where the list is unique, fine
            insert = sqlite.insert if mapped.sqlite else postgresql.insert
            connection.execute(insert(mapped.sql).on_conflict_do_nothing(), missing)
        for person in (person for whose in wanted.values() for person in whose):
            entered[person] = entered.get(person, 0) + 1
    return entered


def _values(
    mapped: Mapped, column: IdentityColumn, people: Sequence[Assignment]
) -> dict[Any, set[int]]:
    """Normalized value → people, of one namespace."""
    kind = mapped.column(column.column).type
    wanted: dict[Any, set[int]] = {}
    for person, assignment in enumerate(people):
        for given in assignment.identities:
            if given.namespace == column.namespace:
                spelled = NORMALIZATIONS[column.normalization](given.value)
                if (value := fitting(spelled, kind, mapped.sqlite)) is not None:
                    wanted.setdefault(value, set()).add(person)
    return wanted


def _known(
    connection: Connection, mapped: Mapped, column: IdentityColumn, values: Sequence[Any]
) -> set[Any]:
    expression = compared(mapped, column)
    kind = mapped.column(column.column).type
    return {
        value
        for part in chunks(values)
        for value in connection.scalars(
            select(expression).where(among(expression, kind, part, mapped.sqlite))
        )
    }
