"""A pytest plugin: what tests do thousands of times and prove once is made cheap. Nothing here
changes what the product does, only how often and how dearly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, transaction
from django.test import TransactionTestCase
from pymysql.connections import Connection as MySQLConnection
from whitenoise.middleware import WhiteNoiseMiddleware

# What migrations wrote for good.
KEPT = {"django_content_type", "auth_permission"}
LARGE = 1_000_000  # bytes of a table from which on TRUNCATE is cheaper than DELETE
FILLED = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
    WHERE oid = ANY(%s::regclass[]) AND pg_relation_size(oid) > 0
"""


@pytest.fixture(scope="session", autouse=True)
def _passwords_cost_little() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
            patch.setattr(Argon2PasswordHasher, name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _the_usual_authorities_are_read_once() -> Iterator[None]:
    """PyMySQL reads them for each connection that it may encrypt."""
    make, known = MySQLConnection._create_ssl_ctx, {}

    def remember(self: Any, wanted: Any) -> Any:
        if wanted:
            return make(self, wanted)
        if not known:
            known["usual"] = make(self, wanted)
        return known["usual"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MySQLConnection, "_create_ssl_ctx", remember)
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_up_once() -> Iterator[None]:
    """Each `Client()` makes its own middleware, which reads the whole folder when it begins."""
    look_up = WhiteNoiseMiddleware.update_files_dictionary
    known: dict[tuple[str, str], dict[str, Any]] = {}

    def remember(self: Any, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            look_up(self, root, prefix)
            known[root, prefix] = dict(self.files)
        self.files.update(known[root, prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "update_files_dictionary", remember)
        yield


@pytest.fixture(scope="session", autouse=True)
def _filled_tables_are_emptied_and_no_others() -> Iterator[None]:
    """After a test with transactions of its own, Django truncates every table, which is dear where
    nearly all are empty, and then makes its permissions again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty_tables())
        yield


def empty_tables() -> None:
    tables = sorted({*connection.introspection.django_table_names()} - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FILLED, [tables])
        sizes = dict(cursor.fetchall())
        if not sizes:
            return
        cursor.execute("SET LOCAL session_replication_role = replica")  # past our own triggers
        if max(sizes.values()) > LARGE:
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            return
        # As TRUNCATE does: what other connections are writing ends first, and goes as well.
        cursor.execute(f"LOCK TABLE {', '.join(sizes)} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in sizes))
