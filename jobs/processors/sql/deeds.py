"""What a delete does to the rows of one table: delete, anonymize or keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, select

from jobs.processors.mapping import Policy
from jobs.processors.sql.reach import Mapped, Rows

MARK = "anon:"  # begins every hashed value, so that a repeat knows it
LONGEST = 37


def left_to_do(rows: Rows, policy: Policy, connection: Connection) -> dict[int, int]:
    """Person → rows that this policy still changes: anonymized ones are done already."""
    if policy.do != "anonymize":
        return rows.counts
    counts: dict[int, int] = {}
    left = fresh(rows.mapped, policy)
    leading = rows.leading()
    for condition in rows.matches():
        query = select(*leading, func.count()).where(condition, left).group_by(*leading)
        for row in connection.execute(query):
            for person in rows.whose(row):
                counts[person] = counts.get(person, 0) + row[-1]
    return counts


def counted_when_gone(tables: Iterable[Mapped], policies: Mapping[str, Policy]) -> frozenset[str]:
    """Tables whose rows one statement deletes and counts: nothing hangs on them."""
    return frozenset(
        mapped.table.name
        for mapped in tables
        if policies[mapped.table.name].do == "delete"
        and not mapped.links
        and mapped.dialect.counts_what_goes
    )


def delete_and_count(rows: Rows, connection: Connection) -> None:
    leading = [column.label(f"led_{n}") for n, column in enumerate(rows.leading())]
    for condition in rows.matches():
        gone = rows.mapped.sql.delete().where(condition).returning(*leading).cte()
        rows.count(connection.execute(select(*gone.c, func.count()).group_by(*gone.c)))


def carry_out(rows: Rows, policy: Policy, connection: Connection, key: str) -> None:
    table = rows.mapped.sql
    for condition in rows.matches():
        if policy.do == "delete":
            connection.execute(table.delete().where(condition))
        elif policy.do == "anonymize":
            left = fresh(rows.mapped, policy)
            values = _values(rows.mapped, policy, key)
            connection.execute(table.update().where(condition, left).values(values))


def fresh(mapped: Mapped, policy: Policy) -> ColumnElement[bool]:
    """Rows that are not anonymized yet."""
    return ~_already(mapped, policy)


def _already(mapped: Mapped, policy: Policy) -> ColumnElement[bool]:
    return and_(*(_done(mapped, name, how) for name, how in policy.columns.items()))


def _done(mapped: Mapped, name: str, how: Mapping[str, Any] | None) -> ColumnElement[bool]:
    column = mapped.column(name)
    if how is None:
        return column.is_(None)
    if "value" in how:
        return func.coalesce(mapped.dialect.same(column, how["value"]), False)
    return func.coalesce(column.like(f"{MARK}%"), True)  # nothing to hash where nothing is


def _values(mapped: Mapped, policy: Policy, key: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, how in policy.columns.items():
        column = mapped.column(name)
        if how is None:
            values[name] = None
        elif "value" in how:
            values[name] = how["value"]
        else:
            values[name] = _hashed(mapped, column, key)
    return values


def _hashed(mapped: Mapped, column: ColumnElement[Any], key: str) -> ColumnElement[Any]:
    """A keyed hash, cut to what the column holds."""
    length = min(LONGEST, getattr(column.type, "length", None) or LONGEST) - len(MARK)
    return literal(MARK) + func.substr(mapped.dialect.hashed(key, column), 1, length)
