"""SQLite: a file, of types that are a matter of opinion."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    text,
    type_coerce,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import NullPool

from jobs.processors.sql.dialects.base import (
    LOCK_SECONDS,
    Dialect,
    Fault,
    LookUp,
    Misfit,
    Reference,
    expression_index,
)
from jobs.processors.sql.dialects.explain import Explain
from jobs.processors.sql.values import NUMBER, whole
from jobs.rules.normalize import phone

KNOWN = (sqltypes.Integer, sqltypes.String, sqltypes.LargeBinary, sqltypes.NullType)
FAULTS = (
    (Fault.BUSY, r"database (table )?is locked"),
    (Fault.SLOW, r"interrupted"),
    (Fault.STRUCTURE, r"no such (table|column)"),
    (Fault.PERMISSION, r"readonly database"),
    (Fault.DEPENDENTS, r"foreign key constraint"),
)
CONSTRAINT = re.compile(r"(\w+(?: \w+)?) constraint failed(?:: ([\w.]+))?")
REFERENCES = text("""
    SELECT referring.name, link.id, link.on_delete, link.on_update, link."from", link."to"
    FROM sqlite_master referring JOIN pragma_foreign_key_list(referring.name) link
    WHERE referring.type = 'table' AND lower(link."table") = lower(:name)
    ORDER BY referring.name, link.id, link.seq
""")


class Loose(sqltypes.NullType):
    """A column that keeps a number where a value looks like one, else what was given."""


class SQLite(Dialect):
    name = "sqlite"
    label = "SQLite"
    drivers = {"sqlite": "sqlite"}
    error = sqlite3.Error
    grants = False

    def open(self, url: URL, addresses: Sequence[str]) -> Engine:
        engine = create_engine(
            url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS}
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def begin(self, connection: Connection, *, write: bool, seconds: float) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    def commit(self, connection: Connection) -> None:
        connection.exec_driver_sql("COMMIT")
        connection.commit()

    def roll_back(self, connection: Connection) -> None:
        if connection.connection.in_transaction:
            connection.exec_driver_sql("ROLLBACK")
        connection.rollback()

    def only_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    # --- values --------------------------------------------------------------------------------

    def as_stored(self, kind: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
        """By affinity, whatever type is declared."""
        return kind if isinstance(kind, KNOWN) else Loose()

    def fitting(self, value: str, kind: sqltypes.TypeEngine[Any]) -> Any | None:
        if isinstance(kind, sqltypes.Integer):
            return whole(value, 63)
        if isinstance(kind, Loose) and NUMBER.fullmatch(value):
            return float(value) if "." in value else whole(value, 63)
        return value

    def digits(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.portal_digits(given)

    def among(
        self, expression: ColumnElement[Any], kind: sqltypes.TypeEngine[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        return expression.in_(list(values))

    # --- what is written -----------------------------------------------------------------------

    def hashed(self, key: str, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.portal_hash(key, given)

    def entering(self, table: Table) -> Any:
        return insert(table).on_conflict_do_nothing()

    def given(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return type_coerce(given, sqltypes.NullType())  # as it is stored

    # --- errors --------------------------------------------------------------------------------

    def fault(self, error: Any) -> Fault:
        said = str(error).lower()
        for fault, words in FAULTS:
            if re.search(words, said):
                return fault
        if isinstance(error, sqlite3.IntegrityError):
            return Fault.REFUSED
        return Fault.DATA if isinstance(error, sqlite3.DataError) else Fault.OTHER

    def place(self, error: Any) -> tuple[str, str]:
        found = CONSTRAINT.search(str(error))
        kind, column = found.groups() if found else ("?", None)
        return (column or "?").partition(".")[0], kind

    # --- “Test connection” ---------------------------------------------------------------------

    def unwritable(self, connection: Connection, url: URL) -> str:
        path = Path(url.database or "")
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            return ""
        return _("The file, or its folder, cannot be written to.")

    def served(self, connection: Connection, query: Select[Any]) -> bool:
        details = [row[-1] for row in connection.execute(Explain(query))]
        return all(d.startswith("SEARCH") and "ANY(" not in d for d in details)

    def index_for(self, connection: Connection, table: Table, look_up: LookUp) -> str:
        if look_up.normalization == "phone":
            return ""
        name, on = expression_index(connection, self, table, look_up)
        return f"CREATE INDEX {table.name}_{look_up.column}_look_up ON {name} ({on})"

    def written(self, connection: Connection, table: Table) -> str:
        return table.name.lower()

    def references(self, connection: Connection, table: Table) -> Iterator[Reference]:
        links: dict[tuple[str, int], Reference] = {}
        for other, number, deleting, updating, column, to in connection.execute(
            REFERENCES, {"name": table.name}
        ):
            before = links.get((other, number))
            columns, others = (before.columns, before.to) if before else ((), ())
            target = to or next(iter(table.primary_key.columns.keys()), "")
            links[other, number] = Reference(
                other.lower(), (*columns, column), (*others, target), deleting, updating
            )
        yield from links.values()

    def misfit(
        self, connection: Connection, kind: sqltypes.TypeEngine[Any], value: Any
    ) -> Misfit | None:
        if isinstance(value, list | dict):
            return Misfit.OBJECT
        if isinstance(kind, sqltypes.Integer) and not _whole(value):
            return Misfit.DOUBTFUL
        return None

    def holds_no_hash(self, kind: sqltypes.TypeEngine[Any]) -> bool:
        return isinstance(kind, sqltypes.Integer)


def _prepare(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours
    connection.text_factory = _text  # one broken text must not stop everyone
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("portal_digits", 1, _digits, deterministic=True)
    connection.create_function("portal_hash", 2, _keyed_hash, deterministic=True)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _digits(value: Any) -> str | None:
    return None if value is None else phone(str(value))


def _keyed_hash(key: str, value: Any) -> str | None:
    """What hashing in a database of others gives."""
    if value is None:
        return None
    inner = hashlib.sha256(f"{key}{value}".encode()).hexdigest()
    return hashlib.sha256(f"{key}{inner}".encode()).hexdigest()


def _whole(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdecimal())
