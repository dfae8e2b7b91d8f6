"""What an access gives out: JSON per table, types kept, one person's rows at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.types import ARRAY, LargeBinary, NullType, Numeric, TypeEngine

from jobs.processors.base import Assignment, Batch
from jobs.processors.content import Content, ContentWriter, OpenFile
from jobs.processors.sql.reach import Mapped, People, Rows

TOGETHER = 20_000  # rows that are held at once; one who has more is streamed alone
FETCH = 1_000
AT_ONCE: Mapping[str, Any] = {}
STREAMED = {"yield_per": FETCH}  # by a cursor of the server

encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode


def give(
    connection: Connection, reached: Sequence[Rows], batch: Batch
) -> Iterator[tuple[Assignment, int, Content]]:
    """What is given to everyone for whom rows were found, and how many rows that are."""
    for group in groups(reached):
        held = None if len(group) == 1 else _held(connection, reached, frozenset(group))
        for person in group:
            assignment = batch.assignments[person]
            content = _write(batch.content(assignment.id), connection, reached, person, held)
            records = sum(rows.counts.get(person, 0) for rows in reached)
            yield assignment, records, content


def groups(reached: Sequence[Rows]) -> Iterator[list[int]]:
    """People together as long as their rows fit into memory."""
    totals: dict[int, int] = {}
    for rows in reached:
        for person, count in rows.counts.items():
            totals[person] = totals.get(person, 0) + count
    group: list[int] = []
    size = 0
    for person in sorted(totals):
        if group and size + totals[person] > TOGETHER:
            yield group
            group, size = [], 0
        group.append(person)
        size += totals[person]
    if group:
        yield group


def _held(
    connection: Connection, reached: Sequence[Rows], people: People
) -> dict[str, dict[int, list[bytes]]]:
    held: dict[str, dict[int, list[bytes]]] = {}
    for rows in reached:
        found = held[rows.mapped.table.name] = {}
        for whose, row in _rows(connection, rows, people):
            for person in whose:
                if person in people:
                    found.setdefault(person, []).append(row)
    return held


def _write(
    writer: ContentWriter,
    connection: Connection,
    reached: Sequence[Rows],
    person: int,
    held: Mapping[str, Mapping[int, list[bytes]]] | None,
) -> Content:
    for rows in reached:
        if not rows.counts.get(person):
            continue
        name = rows.mapped.table.name
        with writer.file(f"{name}.json") as file:
            if held is None:
                alone = _rows(connection, rows, frozenset({person}), STREAMED)
                _stream(file, (row for _, row in alone))
            else:
                found = held[name].get(person, [])
                file.write(b"[\n" + b",\n".join(found) + b"\n]\n")
                file.entry.records = len(found)
    return writer.finish()


def _stream(file: OpenFile, rows: Iterator[bytes]) -> None:
    file.write(b"[")
    for row in rows:
        file.write((b",\n" if file.entry.records else b"\n") + row)
        file.entry.records += 1
    file.write(b"\n]\n")


def _rows(
    connection: Connection, rows: Rows, people: People, how: Mapping[str, Any] = AT_ONCE
) -> Iterator[tuple[People, bytes]]:
    """Rows as JSON, with their people."""
    mapped = rows.mapped
    names, columns = _given(mapped)
    leading = rows.leading()
    doubtful = [name for name, column in zip(names, columns, strict=True) if _doubtful(column.type)]
    for condition in rows.matches(people):
        query = select(*leading, *columns).where(condition).order_by(*mapped.sql.primary_key)
        result = connection.execute(query, execution_options=how)
        for part in result.partitions(FETCH):
            for row in part:
                values = dict(zip(names, row[len(leading) :], strict=True))
                for name in doubtful:
                    values[name] = _plain(values[name])
                yield rows.whose(row), encode(values)


def _given(mapped: Mapped) -> tuple[list[str], list[Any]]:
    names = list(mapped.table.give or mapped.sql.c.keys())
    return names, [mapped.dialect.given(mapped.column(name)) for name in names]


def _doubtful(kind: TypeEngine[Any]) -> bool:
    """Types with values that JSON lacks, or whose values come in other wrappings."""
    return isinstance(kind, ARRAY | Numeric | LargeBinary | NullType)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else str(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return bytes(value) if isinstance(value, memoryview) else value
