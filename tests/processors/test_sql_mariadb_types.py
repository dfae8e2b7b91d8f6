"""Types of columns in MariaDB: whose a row is, what cannot be anyone's, and how values are given
out."""

from __future__ import annotations

import json
from contextlib import closing

import pymysql
import pytest
from sqlalchemy import make_url

from jobs.processors.sql import SqlProcessor
from tests.processors.batches import Call, person
from tests.processors.columns import CHILD, given, of_code
from tests.processors.databases import Database

UUID = "0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e"


def run_in_utc(database: Database, *statements: str) -> None:
    """What is written as a TIMESTAMP is of the session's time zone."""
    connection = pymysql.connect(**make_url(database.url).translate_connect_args(username="user"))
    with closing(connection), connection.cursor() as cursor:
        for statement in ("SET time_zone = '+00:00'", *statements):
            cursor.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("kind", "stored", "asked"),
    [
        ("TEXT", "'x9'", "x9"),
        ("VARCHAR(20)", "'x9'", "x9"),
        ("VARCHAR(20) CHARACTER SET latin1", "'åsa'", "åsa"),
        ("VARCHAR(20) COLLATE utf8mb4_bin", "'x9'", "x9"),
        ("VARCHAR(20)", "'X9'", "x9"),
        ("VARCHAR(20)", "'x9 '", "x9"),
        ("CHAR(10)", "'x9'", "x9"),
        ("TINYINT(1)", "1", "1"),
        ("TINYINT UNSIGNED", "255", "255"),
        ("INTEGER", "9", "9"),
        ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
        ("DECIMAL(38)", "12345678901234567890123456789012345678",
         "12345678901234567890123456789012345678"),
        ("DECIMAL(10,2)", "9.50", "9.5"),
        ("DOUBLE", "0.1", "0.1"),
        ("DATE", "'2001-02-03'", "2001-02-03"),
        ("DATETIME", "'2001-02-03 04:05'", "2001-02-03T04:05:00"),
        ("DATETIME", "'2001-02-03 04:05'", "2001-02-03T06:05:00+02:00"),
        ("TIMESTAMP NULL", "'2001-02-03 04:05'", "2001-02-03T04:05:00Z"),
        ("ENUM('calm','cross')", "'calm'", "calm"),
        ("SET('a','b')", "'a,b'", "a,b"),
        ("UUID", f"'{UUID}'", UUID.upper()),
    ],
)  # fmt: skip
def test_whoever_is_deleted_is_told_so(
    shared_mariadb: Database, call: Call, kind: str, stored: str, asked: str
) -> None:
    shared_mariadb.run(f"CREATE TABLE people (id int PRIMARY KEY, code {kind})")
    shared_mariadb.run(f"CREATE TABLE notes (id int PRIMARY KEY, of {kind})")
    run_in_utc(
        shared_mariadb,
        f"INSERT INTO people VALUES (1, {stored}), (2, NULL)",
        f"INSERT INTO notes VALUES (1, {stored}), (2, {stored}), (3, NULL)",
    )
    processor = SqlProcessor(shared_mariadb.document({**of_code(), "notes": CHILD}))

    [seen] = call(processor, "access", person("access", ("member", asked)))
    [outcome] = call(processor, "delete", person("delete", ("member", asked)))

    assert (seen.code, seen.records) == ("6000-200", 3)
    assert (outcome.code, outcome.records) == ("6000-200", 3)
    assert shared_mariadb.run("SELECT id FROM people UNION SELECT id FROM notes") == [(2,), (3,)]


@pytest.mark.parametrize(
    "kind",
    ["TINYINT", "INTEGER", "BIGINT", "DECIMAL(10,2)", "FLOAT", "DOUBLE", "DATE", "DATETIME",
     "TIMESTAMP NULL", "TIME", "YEAR", "BIT(3)", "BINARY(16)", "BLOB", "JSON", "ENUM('calm')",
     "UUID", "CHAR(3)", "INET6", "POINT"],
)  # fmt: skip
def test_what_cannot_be_of_the_columns_type_is_not_found(
    shared_mariadb: Database, call: Call, kind: str
) -> None:
    shared_mariadb.run(f"CREATE TABLE people (id int PRIMARY KEY, code {kind})")
    shared_mariadb.run("INSERT INTO people VALUES (1, NULL)")
    values = ["9" * 38, "9" * 400, "abc", "1e400", "1_0", "-", "²", "NaN", "9.999", "0001-01-01"]

    outcomes = [
        outcome
        for action in ("access", "delete")
        for outcome in call(
            SqlProcessor(shared_mariadb.document(of_code())),
            action,
            *(person(action, ("member", value)) for value in values),
        )
    ]

    assert {outcome.code for outcome in outcomes} == {"6052-200"}


@pytest.mark.parametrize(
    ("kind", "stored", "written"),
    [
        ("DECIMAL(30,4)", "12345678901234567890.1200", "12345678901234567890.1200"),
        ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
        ("TINYINT(1)", "1", "1"),
        ("DOUBLE", "0.1234567890123456", "0.1234567890123456"),
        ("FLOAT", "0.1", "0.1"),
        ("BINARY(3)", "x'00ff01'", '"AP8B"'),
        ("BLOB", "x'00ff'", '"AP8="'),
        ("DATE", "'2001-02-03'", '"2001-02-03"'),
        ("TIME", "'-123:04:05'", '"-123:04:05"'),
        ("DATETIME", "'2001-02-03 04:05:06'", '"2001-02-03T04:05:06"'),
        ("TIMESTAMP NULL", "'2001-02-03 04:05:06'", '"2001-02-03T04:05:06Z"'),
        ("YEAR", "2001", "2001"),
        ("ENUM('calm','cross')", "'calm'", '"calm"'),
        ("SET('a','b')", "'b,a'", '"a,b"'),
        ("UUID", f"'{UUID}'", f'"{UUID}"'),
        ("INET6", "'2001:db8::1'", '"2001:db8::1"'),
        ("VARCHAR(20) CHARACTER SET latin1", "'Åsa'", '"Åsa"'),
        ("TEXT", "NULL", "null"),
    ],
)
def test_what_is_held_is_given_as_it_is(
    shared_mariadb: Database, call: Call, kind: str, stored: str, written: str
) -> None:
    shared_mariadb.run(f"CREATE TABLE people (id int PRIMARY KEY, email text, it {kind})")
    run_in_utc(shared_mariadb, f"INSERT INTO people VALUES (1, 'anna@example.org', {stored})")

    body = given(shared_mariadb, call)

    assert body == f'[\n{{"it":{written}}}\n]\n'
    json.loads(body, parse_constant=pytest.fail)
