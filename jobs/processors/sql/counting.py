"""What a delete would touch, counted: every row once, whoever it belongs to, and none changed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from jobs.processors.base import Assignment, BadData, Touched
from jobs.processors.mapping import Policy
from jobs.processors.sql.connect import only_read
from jobs.processors.sql.deeds import fresh
from jobs.processors.sql.reach import Mapped, Rows, reach
from jobs.rules import outcomes

COLUMN: Mapping[str, str] = {"delete": "erase", "anonymize": "blank", "keep": "keep"}


def touched(
    connection: Connection,
    mapped: Sequence[Mapped],
    assignments: Sequence[Assignment],
    until: float,
) -> list[Touched]:
    """In the order of the mapping's tables. `until` is the last moment (time.monotonic())."""
    only_read(connection)
    purge = any(assignment.purge for assignment in assignments)
    leaves = {one.table.name for one in mapped if not one.links}
    found = []
    for rows in reach(connection, mapped, assignments, uncounted=leaves):
        if time.monotonic() > until:
            raise BadData(outcomes.JOB_FAILED, "sql.too_slow", retry=True)
        table = rows.mapped.table
        policy = table.purge if purge else table.delete
        number = _number(connection, rows, policy)
        found.append(Touched(table.name, **{COLUMN[policy.do]: number}))
    return found


def _number(connection: Connection, rows: Rows, policy: Policy) -> int:
    """Those that are anonymized already are left as they are."""
    left = [fresh(rows.mapped, policy)] if policy.do == "anonymize" else []
    table = rows.mapped.sql
    return sum(
        connection.execute(
            select(func.count()).select_from(table).where(condition, *left)
        ).scalar_one()
        for condition in rows.matches()
    )
