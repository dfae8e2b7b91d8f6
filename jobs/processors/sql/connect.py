"""The connection to a product: few connections, our time-outs, tables as they are there."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import URL, Connection, Engine, MetaData, Table, create_engine, event, exc, text
from sqlalchemy.pool import NullPool, QueuePool

from jobs.processors.base import ProductUnavailable
from jobs.processors.sql import address, loaders
from jobs.processors.sql.values import as_stored
from jobs.rules.normalize import phone

LOCK_SECONDS = 5
# For this transaction only. A cursor is read to its end: its plan must not bet on the first rows.
LIMITS = text(
    "SELECT set_config('statement_timeout', (:statement)::text, true),"
    f" set_config('lock_timeout', '{LOCK_SECONDS * 1000}', true),"
    " set_config('cursor_tuple_fraction', '1', true)"
)


def open_engine(given: str) -> Engine:
    """Checks the address again at every start: names may have moved since the settings. What was
    checked is what is connected to."""
    url, refused, addresses = address.judged(given)
    if url is None or refused:
        raise ProductUnavailable("sql.address")
    if url.drivername == "sqlite":
        return _sqlite(url)
    options = {"hostaddr": addresses[0], "connect_timeout": "10"}
    options |= {name: value for name, value in url.query.items() if isinstance(value, str)}
    if not url.password:  # nor may libpq look for the operator's
        options |= {"password": "", "passfile": "/dev/null/none"}
    engine = create_engine(
        url.set(query={}),
        connect_args=options,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=3,
        pool_pre_ping=True,
        pool_recycle=300,
        hide_parameters=True,
        isolation_level="REPEATABLE READ",
        json_deserializer=msgspec.Raw,  # given out as it is written
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, record: Any) -> None:
    loaders.prepare(connection)
    found = connection.execute(
        "SELECT count(DISTINCT relname) FROM pg_catalog.pg_class"
        " WHERE relkind = 'r' AND relname = ANY(%s)",
        [list(address.OUR_TABLES)],
    )
    (known,) = found.fetchone()
    connection.rollback()
    if known == len(address.OUR_TABLES):
        connection.close()
        raise ProductUnavailable("sql.own")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": LOCK_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours
        connection.text_factory = _text  # one broken text must not stop everyone
        connection.execute("PRAGMA foreign_keys = ON")
        connection.create_function("portal_digits", 1, _digits, deterministic=True)
        connection.create_function("portal_hash", 2, keyed_hash, deterministic=True)

    return engine


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _digits(value: Any) -> str | None:
    return None if value is None else phone(str(value))


def keyed_hash(key: str, value: Any) -> str | None:
    """What hashing on PostgreSQL (see deeds.py) gives, for SQLite."""
    if value is None:
        return None
    inner = hashlib.sha256(f"{key}{value}".encode()).hexdigest()
    return hashlib.sha256(f"{key}{inner}".encode()).hexdigest()


@contextmanager
def transaction(engine: Engine, *, write: bool, seconds: float) -> Iterator[Connection]:
    """One transaction at the product, every statement of which ends before the batch's time."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
        else:
            connection.execute(LIMITS, {"statement": max(1, int(seconds * 1000))})
        try:
            yield connection
        except BaseException:
            _roll_back(connection)
            raise
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
        connection.commit()


def only_read(connection: Connection) -> None:
    """Has the database itself refuse whatever would change something in this transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
    else:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def check_now(connection: Connection) -> None:
    """Has deferred constraints speak before anything is told to have begun, not at the commit."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")


def _roll_back(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.connection.in_transaction:
        connection.exec_driver_sql("ROLLBACK")
    connection.rollback()


def reflect(engine: Engine, metadata: MetaData, name: str, schema: str | None) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)  # types that SQLAlchemy does not know
        table = Table(name, metadata, schema=schema, autoload_with=engine, resolve_fks=False)
    for column in table.columns:
        column.type = as_stored(column.type, engine.dialect.name == "sqlite")
    return table
