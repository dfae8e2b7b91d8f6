"""Opt-out of sale: what people chose is written into columns of their rows, or into a list. Where a
row is of two minds the opt-out stays, whoever came first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

from msgspec.structs import replace
from sqlalchemy import Connection, or_, select

from jobs.processors.base import Assignment, Batch, Identity, Named
from jobs.processors.mapping import IdentityColumn
from jobs.processors.sql.document import OptOut, Table
from jobs.processors.sql.reach import FETCH, Mapped, Rows, compared, reach
from jobs.processors.sql.values import chunks
from jobs.rules.normalize import NORMALIZATIONS
from jobs.rules.states import Action


def choosing(tables: Sequence[Table]) -> list[Table]:
    """The tables that an opt-out writes to, and those that lead to them; parents first."""
    wanted = {table.name for table in tables if table.opt_out}
    for table in reversed(tables):
        if table.name in wanted and table.parent:
            wanted.add(table.parent.table)
    return [table for table in tables if table.name in wanted]


def write(connection: Connection, tables: Sequence[Mapped], batch: Batch) -> dict[int, int]:
    """Person (a position among the assignments) → rows that say now what the person chose. The
    tables are those of `choosing`.

    Whose choice is in changes rows that may be another's too. Who else stands in them is asked for
    once they are locked: of two batches at one time the later one sees the other's choice."""
    back_in = [_who_chose("in", assignment) for assignment in batch.assignments]
    reached = reach(connection, tables, back_in, to_write=True)
    others = {named for rows in reached for named in _shared(connection, rows)}
    counts: dict[int, int] = {}
    _write_all(connection, reached, back_in, "in", counts)
    out = [_who_chose("out", assignment) for assignment in batch.assignments]
    if still := batch.opted_out(others):
        out.append(_others(still))
    reached = reach(connection, tables, out, to_write=True)
    _write_all(connection, reached, out, "out", counts)
    return counts


def _write_all(
    connection: Connection,
    reached: Iterable[Rows],
    people: Sequence[Assignment],
    word: str,
    counts: dict[int, int],
) -> None:
    for rows in reached:
        for person, number in _write(connection, rows, people, word).items():
            counts[person] = counts.get(person, 0) + number


def _shared(connection: Connection, rows: Rows) -> Iterator[Named]:
    """Who is named in rows that more than one identity leads to."""
    identities = rows.mapped.table.identities
    if len(identities) < 2:
        return
    mapped = rows.mapped
    query = select(*(mapped.dialect.letters(mapped.column(i.column)) for i in identities))
    for condition in rows.matches():
        for part in connection.execute(query.where(condition)).partitions(FETCH):
            for row in part:
                for identity, value in zip(identities, row, strict=True):
                    if value not in (None, ""):
                        yield identity.namespace, str(value)


def _others(identities: Iterable[Named]) -> Assignment:
    """People who were not submitted, as one that comes after all who were."""
    named = enumerate(sorted(identities))
    return Assignment(
        uuid4(), Action.OPT_OUT, tuple(Identity(n, name, value) for n, (name, value) in named)
    )


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
    letters = rows.mapped.dialect.letters
    other = or_(*(letters(rows.mapped.column(n)).is_distinct_from(v) for n, v in values.items()))
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
            connection.execute(mapped.dialect.entering(mapped.sql), missing)
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
                if (value := mapped.dialect.fitting(spelled, kind)) is not None:
                    wanted.setdefault(value, set()).add(person)
    return wanted


def _known(
    connection: Connection, mapped: Mapped, column: IdentityColumn, values: Sequence[Any]
) -> set[Any]:
    expression, dialect = compared(mapped, column), mapped.dialect
    kind = mapped.column(column.column).type
    return {
        value
        for part in chunks(values)
        for value in connection.scalars(
            select(dialect.letters(expression)).where(dialect.among(expression, kind, part))
        )
    }
