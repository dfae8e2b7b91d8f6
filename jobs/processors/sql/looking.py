"""What tables a database has, and what their columns probably hold."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, exc, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn, TableKey
from sqlalchemy.types import String, Uuid

from jobs.processors.base import Column, FoundTable, Link, ProductUnavailable
from jobs.processors.columns import propose
from jobs.processors.sql.connect import only_read, open_engine, transaction
from jobs.processors.sql.failures import explained
from jobs.rules.states import Action

SECONDS = 20.0
TABLES = 500
SAMPLE = 100  # rows of a table


def look(url: str, namespaces: Sequence[str]) -> list[FoundTable]:
    """The tables on the search path, or of the file; `namespaces` are the organization's own."""
    with explained(Action.ACCESS), warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)
        engine = open_engine(url)
        try:
            return _tables(engine, namespaces)
        finally:
            engine.dispose()


def _tables(engine: Engine, namespaces: Sequence[str]) -> list[FoundTable]:
    try:
        found = inspect(engine)
    except exc.OperationalError:
        raise ProductUnavailable("sql.unreachable") from None
    columns = found.get_multi_columns()
    keys, links = found.get_multi_pk_constraint(), found.get_multi_foreign_keys()
    with transaction(engine, write=False, seconds=SECONDS) as connection:
        only_read(connection)
        return [
            FoundTable(
                name,
                _columns(connection, name, own, keys.get((schema, name)), namespaces),
                _links(links.get((schema, name), ())),
            )
            for (schema, name), own in sorted(columns.items(), key=_by_name)[:TABLES]
        ]


def _by_name(item: tuple[TableKey, Any]) -> str:
    return item[0][1]


def _columns(
    connection: Connection,
    table: str,
    columns: Sequence[ReflectedColumn],
    key: Mapping[str, Any] | None,
    namespaces: Sequence[str],
) -> list[Column]:
    own = set((key or {}).get("constrained_columns", ()))
    samples = _samples(connection, table, [column["name"] for column in columns])
    return [
        Column(
            column["name"],
            _type(column),
            propose(
                column["name"],
                samples.get(column["name"], ()),
                textual=isinstance(column["type"], String | Uuid),
                namespaces=namespaces,
            ),
            not column["nullable"],
            column["name"] in own,
        )
        for column in columns
    ]


def _type(column: ReflectedColumn) -> str:
    return str(column["type"]).lower()


def _links(found: Iterable[Any]) -> list[Link]:
    """Of one column each: a pair of columns leads nowhere that the mapping could follow."""
    return [
        Link(one["constrained_columns"][0], one["referred_table"], one["referred_columns"][0])
        for one in found
        if len(one["constrained_columns"]) == 1
    ]


def _samples(connection: Connection, table: str, columns: Sequence[str]) -> dict[str, list[str]]:
    """Some values of each column, of the first rows; none where the table may not be read."""
    quote = connection.dialect.identifier_preparer.quote
    query = text(f"SELECT {', '.join(map(quote, columns))} FROM {quote(table)} LIMIT {SAMPLE}")
    try:
        with connection.begin_nested():
            rows = connection.execute(query).all()
    except exc.DBAPIError:
        return {}
    return {
        name: [value for row in rows if isinstance(value := row[place], str) and value.strip()]
        for place, name in enumerate(columns)
    }
