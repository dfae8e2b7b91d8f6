"""The connection to a product: few connections, our time-outs, tables as they are there."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, MetaData, Table, exc

from jobs.processors.base import ProductUnavailable
from jobs.processors.sql import address, dialects


def open_engine(given: str) -> Engine:
    """Checks the address again at every start: names may have moved since the settings. What was
    checked is what is connected to."""
    url, refused, addresses = address.judged(given)
    if url is None or refused:
        raise ProductUnavailable("sql.address")
    return address.dialect_of(url).open(url, addresses)


@contextmanager
def transaction(engine: Engine, *, write: bool, seconds: float) -> Iterator[Connection]:
    """One transaction at the product, every statement of which ends before the batch's time."""
    dialect = dialects.of(engine)
    with engine.connect() as connection:
        dialect.begin(connection, write=write, seconds=seconds)
        try:
            yield connection
        except BaseException:
            dialect.roll_back(connection)
            raise
        dialect.commit(connection)


def only_read(connection: Connection) -> None:
    """Has the database itself refuse whatever would change something in this transaction."""
    dialects.of(connection).only_read(connection)


def check_now(connection: Connection) -> None:
    """Has deferred constraints speak before anything is told to have begun, not at the commit."""
    dialects.of(connection).check_now(connection)


def reflect(engine: Engine, metadata: MetaData, name: str, schema: str | None) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)  # types that SQLAlchemy does not know
        table = Table(name, metadata, schema=schema, autoload_with=engine, resolve_fks=False)
    dialect = dialects.of(engine)
    for column in table.columns:
        column.type = dialect.as_stored(column.type)
    return table
