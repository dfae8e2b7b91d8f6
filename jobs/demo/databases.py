"""Where the demo's products live, and how their rows get there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from sqlalchemy import URL, Connection, MetaData, Table, create_engine, inspect
from sqlalchemy.pool import NullPool

PARAMETERS = ("host", "port", "user", "password", "sslmode")
PLAIN = (int, str, type(None))  # of dates and decimals SQLite keeps the text
Rows = Mapping[str, Iterable[tuple[Any, ...]]]


class NotAllowed(Exception):
    """The portal's database user may not create another database."""


def postgres(name: str) -> URL:
    """A database of that name beside the portal's own, made if need be. Raises NotAllowed."""
    own = connection.get_connection_params()
    database = f"{own['dbname']}_demo_{name}"
    given = {key: own[key] for key in PARAMETERS if own.get(key)}
    try:
        with psycopg.connect(dbname=own["dbname"], autocommit=True, **given) as beside:
            known = beside.execute("SELECT FROM pg_database WHERE datname = %s", [database])
            if not known.rowcount:
                beside.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        psycopg.connect(dbname=database, **given).close()  # a pooler may not lead to it
    except psycopg.Error as error:
        raise NotAllowed from error
    query = {"sslmode": own["sslmode"]} if own.get("sslmode") else {}
    user, password, host = own.get("user"), own.get("password"), own.get("host")
    port = int(own.get("port") or 5432)
    return URL.create("postgresql+psycopg", user, password, host, port, database, query)


def sqlite(name: str) -> URL:
    """A file of that name in the first folder that products may lie in."""
    folder: Path = settings.PRODUCT_FILE_DIRS[0]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return URL.create("sqlite", database=str(folder / f"{name}.sqlite"))


def fill(url: URL, metadata: MetaData, rows: Callable[[], Rows]) -> bool:
    """Makes the tables with their rows, all or nothing; False where they are there already."""
    if url.drivername == "sqlite":
        return _fill_file(Path(url.database or ""), metadata, rows)
    with _connected(url) as target:
        if inspect(target).has_table(next(iter(metadata.tables))):
            return False
        metadata.create_all(target)
        for table, values in rows().items():
            _copy(target, metadata.tables[table], values)
    return True


def _fill_file(file: Path, metadata: MetaData, rows: Callable[[], Rows]) -> bool:
    """Under another name until it is whole."""
    if file.exists():
        return False
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    with _connected(URL.create("sqlite", database=str(unfinished))) as target:
        metadata.create_all(target)
        for table, values in rows().items():
            _insert(target, metadata.tables[table], values)
    unfinished.rename(file)
    return True


def _copy(target: Connection, table: Table, values: Iterable[tuple[Any, ...]]) -> None:
    driver = target.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


def _insert(target: Connection, table: Table, values: Iterable[tuple[Any, ...]]) -> None:
    driver = target.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    marks = ", ".join("?" for _ in table.columns)
    driver.executemany(
        f'INSERT INTO "{table.name}" VALUES ({marks})',
        ([value if isinstance(value, PLAIN) else str(value) for value in row] for row in values),
    )


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as target:
            yield target
    finally:
        engine.dispose()
