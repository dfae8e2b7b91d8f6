"""Databases of a test's own, as products: made by a script, deleted from, and looked at with
plain SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pymysql
from django.conf import settings
from psycopg import sql
from sqlalchemy import make_url

from jobs.processors.base import Assignment, Outcome
from jobs.processors.sql import SqlProcessor
from tests.processors import mariadb
from tests.processors.batches import Call

LISTED = ["127.0.0.0/8", "::1/128"]


@dataclass
class Database:
    """`run` executes plain SQL, beside the processor."""

    kind: str
    url: str
    at: str

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values or ())
            rows = cursor.fetchall() if cursor.description else []
            connection.commit()
            return list(rows)

    def _connect(self) -> Any:
        if self.kind == "mariadb":
            return pymysql.connect(**make_url(self.url).translate_connect_args(username="user"))
        return sqlite3.connect(self.at) if self.kind == "sqlite" else psycopg.connect(self.at)

    def document(self, tables: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"url": self.url, "hash_key": "pepper", "tables": tables, **more}


def delete(database: Database, call: Call, mapping: Any, *people: Assignment) -> list[Outcome]:
    return call(SqlProcessor(database.document(mapping)), "delete", *people)


def sqlite_database(folder: Path, script: str) -> Database:
    path = folder / f"product-{uuid4().hex[:8]}.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return Database("sqlite", f"sqlite:///{path}", str(path))


def own() -> dict[str, Any]:
    """The test server's place, without a database."""
    place = settings.DATABASES["default"]
    return {
        "host": place["HOST"],
        "port": place["PORT"],
        "user": place["USER"],
        "password": place["PASSWORD"],
    }


def postgresql_database(script: str) -> Database:
    """On the test server; it goes with the server."""
    place = own()
    name = f"product_{uuid4().hex[:12]}"
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    at = psycopg.conninfo.make_conninfo(dbname=name, **place)
    with psycopg.connect(at) as connection:
        connection.execute(script)  # type: ignore[arg-type]
    login = f"{place['user']}:{place['password']}"
    return Database(
        "postgresql", f"postgresql://{login}@{place['host']}:{place['port']}/{name}", at
    )


def mariadb_database(server: mariadb.Server, script: str) -> Database:
    name = f"product_{uuid4().hex[:12]}"
    with closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}; {script}")
        while cursor.nextset():
            pass
        connection.commit()
    login = f"{mariadb.USER}:{mariadb.PASSWORD}"
    return Database("mariadb", f"mariadb://{login}@127.0.0.1:{server.port}/{name}", name)
