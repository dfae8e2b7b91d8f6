"""Types of columns: whose a row is, what cannot be anyone's, and how values are given out."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.processors.sql import SqlProcessor
from tests.processors.batches import Call, files, person
from tests.processors.columns import CHILD, of_code
from tests.processors.conftest import Make
from tests.processors.databases import Database, postgresql_database

# Type of the identity column, what stands in it (SQL), and how the person's value is written.
POSTGRESQL = [
    ("text", "'x9'", "x9"),
    ("varchar(20)", "'x9'", "x9"),
    ("char(10)", "'x9'", "x9"),
    ("smallint", "9", "9"),
    ("integer", "9", "9"),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("numeric", "12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
    ("numeric(10,2)", "9.50", "9.5"),
    ("real", "0.1", "0.1"),
    ("double precision", "0.1", "0.1"),
    ("uuid", "'0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e'", "0AF1E7A2-31D5-4C60-8F35-7A9E4B1C2D3E"),
    ("date", "'2001-02-03'", "2001-02-03"),
    ("timestamp", "'2001-02-03 04:05'", "2001-02-03T04:05:00"),
    ("timestamptz", "'2001-02-03 04:05+02'", "2001-02-03T02:05:00Z"),
    ("timestamptz", "'2001-02-03 04:05Z'", "2001-02-03T04:05:00"),
    ("mood", "'calm'", "calm"),
    ("citext", "'X9'", "x9"),
    ("short_text", "'x9'", "x9"),
    ("short_number", "9", "9"),
]
SQLITE = [
    ("TEXT", "'x9'", "x9"),
    ("VARCHAR(20)", "'x9'", "x9"),
    ("TEXT COLLATE NOCASE", "'X9'", "x9"),
    ("INTEGER", "9", "9"),
    ("NUMERIC", "9", "9"),
    ("NUMERIC(10,2)", "9.5", "9.5"),
    ("REAL", "9", "9"),
    ("DOUBLE", "0.1", "0.1"),
    ("BOOLEAN", "1", "1"),
    ("DATE", "'2001-02-03'", "2001-02-03"),
    ("DATETIME", "'2001-02-03 04:05'", "2001-02-03 04:05"),
    ("TIMESTAMP", "'soon'", "soon"),
    ("UUID", "'0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e'", "0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e"),
    ("", "'x9'", "x9"),
]
TYPES = """
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE DOMAIN short_text AS varchar(20);
CREATE DOMAIN short_number AS integer;
"""


def assert_found_and_gone(database: Database, call: Call, given: str) -> None:
    """Whoever this value identifies has a row and two notes; beside them are those of nobody."""
    processor = SqlProcessor(database.document({**of_code(), "notes": CHILD}))

    [seen] = call(processor, "access", person("access", ("member", given)))
    [outcome] = call(processor, "delete", person("delete", ("member", given)))

    assert (seen.code, seen.records) == ("6000-200", 3)
    assert {name: len(rows) for name, rows in files(seen).items()} == {
        "people.json": 1,
        "notes.json": 2,
    }
    assert (outcome.code, outcome.records) == ("6000-200", 3)
    assert database.run("SELECT id FROM people UNION SELECT id FROM notes") == [(2,), (3,)]


@pytest.mark.parametrize(("kind", "stored", "given"), POSTGRESQL)
def test_whoever_is_deleted_in_postgresql_is_told_so(
    postgresql: Make, call: Call, kind: str, stored: str, given: str
) -> None:
    database = postgresql(f"""{TYPES}
        CREATE TABLE people (id int PRIMARY KEY, code {kind});
        CREATE TABLE notes (id int PRIMARY KEY, of {kind});
        INSERT INTO people VALUES (1, {stored}), (2, NULL);
        INSERT INTO notes VALUES (1, {stored}), (2, {stored}), (3, NULL);""")

    assert_found_and_gone(database, call, given)


@pytest.mark.parametrize(("kind", "stored", "given"), SQLITE)
def test_whoever_is_deleted_in_sqlite_is_told_so(
    sqlite: Make, call: Call, kind: str, stored: str, given: str
) -> None:
    database = sqlite(f"""
        CREATE TABLE people (id INTEGER PRIMARY KEY, code {kind});
        CREATE TABLE notes (id INTEGER PRIMARY KEY, of {kind});
        INSERT INTO people VALUES (1, {stored}), (2, NULL);
        INSERT INTO notes VALUES (1, {stored}), (2, {stored}), (3, NULL);""")

    assert_found_and_gone(database, call, given)


@pytest.mark.parametrize(
    ("code", "of"), [("integer", "text"), ("text", "varchar(30)"), ("char(5)", "varchar(30)"),
                     ("integer", "numeric"), ("uuid", "text")],
)  # fmt: skip
def test_children_that_write_the_link_in_another_type_are_counted(
    postgresql: Make, call: Call, code: str, of: str
) -> None:
    value = "0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e" if code == "uuid" else "9"
    database = postgresql(f"""
        CREATE TABLE people (id int PRIMARY KEY, code {code});
        CREATE TABLE notes (id int PRIMARY KEY, of {of});
        INSERT INTO people VALUES (1, '{value}');
        INSERT INTO notes VALUES (1, '{value}'), (2, '{value}'), (3, NULL);""")
    processor = SqlProcessor(database.document({**of_code(), "notes": CHILD}))

    [outcome] = call(processor, "delete", person("delete", ("member", value)))

    assert (outcome.code, outcome.records) == ("6000-200", 3)
    assert database.run("SELECT id FROM notes") == [(3,)]


@pytest.mark.parametrize(
    "kind",
    ["smallint", "integer", "bigint", "numeric(10,2)", "real", "double precision", "date",
     "timestamp", "timestamptz", "time", "interval", "boolean", "uuid", "inet", "bytea", "json",
     "jsonb", "integer[]", "mood", "short_number", "char(3)", "numeric"],
)  # fmt: skip
def test_what_cannot_be_of_the_columns_type_is_not_found(
    tables_of_types: Any, call: Call, kind: str
) -> None:
    processor = SqlProcessor(tables_of_types(kind))
    values = ["9" * 38, "9" * 400, "abc", "1e400", "1_0", "-", "²", "NaN", "9.999", "0001-01-01"]

    outcomes = [
        outcome
        for action in ("access", "delete")
        for outcome in call(
            processor, action, *(person(action, ("member", value)) for value in values)
        )
    ]

    assert {outcome.code for outcome in outcomes} == {"6052-200"}


@pytest.fixture(scope="module")
def one_postgresql() -> Any:
    return postgresql_database(TYPES)


@pytest.fixture
def tables_of_types(allowed: Any, one_postgresql: Any) -> Any:
    """Type → the document of a table whose identity column has that type."""

    def document(kind: str) -> dict[str, Any]:
        one_postgresql.run("DROP TABLE IF EXISTS people")
        one_postgresql.run(f"CREATE TABLE people (id int PRIMARY KEY, code {kind})")
        one_postgresql.run("INSERT INTO people VALUES (1, NULL)")
        return one_postgresql.document(of_code())

    return document


@pytest.mark.parametrize("given", ["Åsa@Example.org", "ÅSA@EXAMPLE.ORG"])
def test_letters_beyond_ascii_are_found_as_they_are_written(
    database: Make, call: Call, given: str
) -> None:
    product = database("""
        CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
        INSERT INTO people VALUES (1, 'Åsa@Example.org'), (2, 'ÅKE@EXAMPLE.ORG');""")
    tables = {"people": {"identities": [{"namespace": "email", "column": "email"}]}}

    [outcome] = call(
        SqlProcessor(product.document(tables)), "delete", person("delete", ("email", given))
    )

    assert (outcome.code, outcome.records) == ("6000-200", 1)
    assert product.run("SELECT id FROM people") == [(2,)]
