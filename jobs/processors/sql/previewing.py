"""One person's rows as access would give them and a delete treat them; nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from jobs.processors.base import Assignment, Preview
from jobs.processors.mapping import Policy
from jobs.processors.sql.connect import only_read
from jobs.processors.sql.reach import Mapped, Rows, reach

ROWS = 5
LONGEST = 200  # characters of a cell


def previews(
    connection: Connection, mapped: Sequence[Mapped], assignment: Assignment
) -> list[Preview]:
    """Of each table that has rows of the person."""
    only_read(connection)
    return [
        _preview(connection, rows)
        for rows in reach(connection, mapped, [assignment])
        if rows.counts.get(0)
    ]


def _preview(connection: Connection, rows: Rows) -> Preview:
    table, policy = rows.mapped.table, rows.mapped.table.delete
    given = list(table.give or rows.mapped.sql.c.keys())
    return Preview(
        table.name,
        given,
        [[_text(value) for value in row] for row in _first(connection, rows, given)],
        rows.counts[0],
        policy.do,
        _changed(policy, given),
        policy.reason,
    )


def _first(connection: Connection, rows: Rows, given: Sequence[str]) -> list[Sequence[Any]]:
    columns = [rows.mapped.column(name) for name in given]
    found: list[Sequence[Any]] = []
    for condition in rows.matches():
        if len(found) < ROWS:
            query = select(*columns).where(condition).limit(ROWS - len(found))
            found += connection.execute(query).all()
    return found


def _changed(policy: Policy, given: Sequence[str]) -> frozenset[str]:
    if policy.do == "delete":
        return frozenset(given)
    return frozenset(policy.columns) if policy.do == "anonymize" else frozenset()


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
