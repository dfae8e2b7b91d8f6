"""A batch on MariaDB is one transaction: what it locks, how long it may take, how large it may be,
and what the database refuses."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pymysql
import pytest
from sqlalchemy import make_url, text

from jobs.processors.base import Assignment, BadData, TryAgain
from jobs.processors.sql import SqlProcessor
from jobs.processors.sql.connect import open_engine, transaction
from jobs.processors.sql.failures import explained
from tests.processors.batches import Call, person
from tests.processors.columns import of_code
from tests.processors.conftest import Make
from tests.processors.databases import Database, delete

NAMES = """
    CREATE TABLE people (id int PRIMARY KEY, code VARCHAR(20), name VARCHAR(20), KEY (code));
    INSERT INTO people VALUES (1, 'anna', 'Anna'), (2, 'bo', 'Bo');"""


@pytest.fixture
def other(mariadb: Make) -> Iterator[tuple[Database, Any]]:
    """A product, and a connection of somebody else in a transaction there."""
    product = mariadb(NAMES)
    connection = pymysql.connect(**make_url(product.url).translate_connect_args(username="user"))
    with closing(connection), connection.cursor() as cursor:
        yield product, cursor


def test_rows_that_another_has_locked_are_tried_again(
    other: tuple[Database, Any], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, cursor = other
    quick = "SET time_zone = '+00:00', innodb_lock_wait_timeout = 1"
    monkeypatch.setattr("jobs.processors.sql.dialects.mysql.SESSION", quick)
    cursor.execute("UPDATE people SET name = 'x' WHERE code = 'anna'")

    with pytest.raises(TryAgain):
        delete(product, call, of_code(), person("delete", ("member", "anna")))

    assert call.begun == {}


def test_no_row_goes_that_came_after_the_count(
    other: tuple[Database, Any], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, cursor = other
    cursor.execute("SET innodb_lock_wait_timeout = 1")
    tried: list[int] = []

    class Between(Call):
        def _begin(self, told: Any) -> None:
            super()._begin(told)
            with pytest.raises(pymysql.OperationalError) as caught:
                cursor.execute("INSERT INTO people VALUES (3, 'anna', 'Anna again')")
            tried.append(caught.value.args[0])

    [done] = delete(product, Between(call.folder), of_code(), person("delete", ("member", "anna")))

    assert (done.records, tried) == (1, [1205])
    assert product.run("SELECT id FROM people") == [(2,)]


@pytest.mark.parametrize("statement", ["SELECT sleep(20)", "UPDATE people SET name = sleep(20)"])
def test_a_statement_ends_with_its_batch(mariadb: Make, statement: str) -> None:
    engine = open_engine(mariadb(NAMES).url)
    begin = time.monotonic()

    with (
        pytest.raises(BadData, match="too_slow"),
        explained("delete"),
        transaction(engine, write=True, seconds=0.2) as connection,
    ):
        connection.execute(text(statement))
    engine.dispose()

    assert time.monotonic() - begin < 18


def test_a_write_that_the_server_does_not_end_is_left(
    mariadb: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on MySQL, whose time limit is one of reading."""
    monkeypatch.setattr("jobs.processors.sql.dialects.mysql.OF_MARIADB", "SET @x = {seconds}")
    monkeypatch.setattr("jobs.processors.sql.dialects.mysql.GRACE", 0.1)
    product = mariadb(NAMES)
    engine = open_engine(product.url)

    with (
        pytest.raises(BadData, match="too_slow"),
        explained("delete"),
        transaction(engine, write=True, seconds=0.2) as connection,
    ):
        connection.execute(text("UPDATE people SET name = IF(sleep(1), 'a', 'b')"))
    engine.dispose()

    assert product.run("SELECT name FROM people ORDER BY id") == [("Anna",), ("Bo",)]


def test_a_person_of_many_rows_is_streamed(mariadb: Make, call: Call) -> None:
    product = mariadb(f"""{NAMES}
        INSERT INTO people SELECT seq, 'many', 'M' FROM seq_10_to_30000;""")
    tables = of_code(give=["id"])

    [many, few] = call(
        SqlProcessor(product.document(tables)), "access",
        person("access", ("member", "many")), person("access", ("member", "bo")),
    )  # fmt: skip

    assert (many.records, few.records) == (29_991, 1)


def test_a_batch_of_thousands_is_one_batch(mariadb: Make, call: Call) -> None:
    product = mariadb(f"""{NAMES}
        CREATE TABLE notes (id int PRIMARY KEY, of int, KEY (of));
        INSERT INTO people SELECT seq, CONCAT('c', seq), 'N' FROM seq_10_to_3000;
        INSERT INTO notes SELECT seq, seq DIV 2 FROM seq_20_to_6000;""")
    tables = {**of_code(), "notes": {
        "parent": {"table": "people", "column": "of", "parent_column": "id"}}}  # fmt: skip
    people: list[Assignment] = [person("delete", ("member", f"c{n}")) for n in range(10, 2510)]

    done = delete(product, call, tables, *people)

    assert {one.records for one in done} == {3}
    assert product.run("SELECT count(*) FROM people") == [(493,)]


@pytest.mark.parametrize(
    ("script", "policy", "detail", "params"),
    [
        ("CREATE TABLE loans (of int, CONSTRAINT owed FOREIGN KEY (of) REFERENCES people (id));"
         "INSERT INTO loans VALUES (1)", {"do": "delete"}, "sql.constraint",
         {"table": "loans", "constraint": "owed"}),
        ("ALTER TABLE people ADD UNIQUE KEY once (name)", {"do": "anonymize",
         "columns": {"name": {"value": "Bo"}}}, "sql.refused", {"constraint": "once"}),
        ("ALTER TABLE people MODIFY name VARCHAR(20) NOT NULL", {"do": "anonymize",
         "columns": {"name": None}}, "sql.refused", {}),
        ("ALTER TABLE people ADD CONSTRAINT some CHECK (name <> 'no')", {"do": "anonymize",
         "columns": {"name": {"value": "no"}}}, "sql.refused", {"constraint": "some"}),
        ("SELECT 1", {"do": "anonymize", "columns": {"name": {"value": "x" * 30}}}, "sql.data", {}),
        ("CREATE TRIGGER no BEFORE DELETE ON people FOR EACH ROW"
         " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not anna'", {"do": "delete"},
         "sql.refused", {"constraint": "trigger"}),
    ],
)  # fmt: skip
def test_a_refusal_is_about_a_person_and_names_no_value(
    mariadb: Make, call: Call, script: str, policy: Any, detail: str, params: Any
) -> None:
    product = mariadb(f"{NAMES} {script};")
    tables = of_code(delete=policy)

    with pytest.raises(BadData) as caught:
        delete(product, call, tables, person("delete", ("member", "anna")))

    assert caught.value.detail == detail
    assert {**caught.value.params, **params} == caught.value.params
    assert "anna" not in str(caught.value.params)
    assert "Bo" not in str(caught.value.params)
    assert call.begun == {}
