"""What an access gives out has the types, and the digits, that the database has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.processors.batches import Call
from tests.processors.columns import given
from tests.processors.conftest import Make
from tests.processors.databases import Database, postgresql_database

# Type, the value as SQL, and its JSON.
POSTGRESQL = [
    ("numeric", "1234567890123456789.1200", "1234567890123456789.1200"),
    ("numeric", "'NaN'", '"NaN"'),
    ("numeric[]", "'{1.10,NaN}'", '[1.10,"NaN"]'),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("double precision", "'-Infinity'", '"-inf"'),
    ("double precision[]", "'{1.5,Infinity}'", '[1.5,"inf"]'),
    ("boolean", "true", "true"),
    ("bytea", r"'\x00ff'", '"AP8="'),
    ("date", "'2001-02-03'", '"2001-02-03"'),
    ("date", "'infinity'", '"infinity"'),
    ("date", "'0044-03-15 BC'", '"0044-03-15 BC"'),
    ("time", "'04:05:06.7'", '"04:05:06.700000"'),
    ("timestamp", "'2001-02-03 04:05:06'", '"2001-02-03T04:05:06"'),
    ("timestamp", "'-infinity'", '"-infinity"'),
    ("timestamptz", "'2001-02-03 04:05:06+02'", '"2001-02-03T02:05:06Z"'),
    ("timestamptz", "'infinity'", '"infinity"'),
    ("timestamptz", "'20001-02-03 04:05:06Z'", '"20001-02-03 04:05:06+00"'),
    ("interval", "'1 year 2 mons 3 days 04:05:06'", '"1 year 2 mons 3 days 04:05:06"'),
    ("uuid", "'0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e'", '"0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e"'),
    ("json", """'{"price": 0.10, "n": 12345678901234567890.5}'""",
     '{"price": 0.10, "n": 12345678901234567890.5}'),
    ("jsonb", """'{"price": 0.10}'""", '{"price": 0.10}'),
    ("jsonb[]", """ARRAY['{"a": 1}'::jsonb]""", '[{"a": 1}]'),
    ("text[]", "'{a,NULL,b}'", '["a",null,"b"]'),
    ("integer[]", "'{{1,2},{3,4}}'", "[[1,2],[3,4]]"),
    ("mood", "'calm'", '"calm"'),
    ("inet", "'10.0.0.1/8'", '"10.0.0.1/8"'),
    ("int4range", "'[1,5)'", '{"lower":1,"upper":5,"bounds":"[)","empty":false}'),
    ("money", "12.50", '"$12.50"'),
    ("bit(3)", "'101'", '"101"'),
    ("point", "'(1,2)'", '"(1,2)"'),
    ("pair", "ROW(1,'x')", '"(1,x)"'),
    ("text", "NULL", "null"),
]  # fmt: skip
SQLITE = [
    ("NUMERIC(10,2)", "9.5", "9.5"),
    ("INTEGER", "9223372036854775807", "9223372036854775807"),
    ("BOOLEAN", "1", "1"),
    ("DATE", "'2001-02-03'", '"2001-02-03"'),
    ("DATETIME", "'about noon'", '"about noon"'),
    ("BLOB", "x'00ff'", '"AP8="'),
    ("REAL", "9e999", '"inf"'),
    ("INTEGER", "'text all the same'", '"text all the same"'),
    ("TEXT", "CAST(x'61ff62' AS TEXT)", '"a\N{REPLACEMENT CHARACTER}b"'),
    ("JSON", """'{"a": 0.10}'""", r'"{\"a\": 0.10}"'),
    ("TEXT", "NULL", "null"),
]


@pytest.mark.parametrize(("kind", "stored", "written"), POSTGRESQL)
def test_what_postgresql_holds_is_given_as_it_is(
    one: Any, call: Call, kind: str, stored: str, written: str
) -> None:
    one.run("DROP TABLE IF EXISTS people")
    one.run(f"CREATE TABLE people (id int PRIMARY KEY, email text, it {kind})")
    one.run(f"INSERT INTO people VALUES (1, 'anna@example.org', {stored})")

    text = given(one, call)

    assert text == f'[\n{{"it":{written}}}\n]\n'
    json.loads(text, parse_constant=pytest.fail)


@pytest.mark.parametrize(("kind", "stored", "written"), SQLITE)
def test_what_sqlite_holds_is_given_as_it_is(
    sqlite: Make, call: Call, kind: str, stored: str, written: str
) -> None:
    database = sqlite(f"""
        CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, it {kind});
        INSERT INTO people VALUES (1, 'anna@example.org', {stored});""")

    assert given(database, call) == f'[\n{{"it":{written}}}\n]\n'


@pytest.fixture
def one(allowed: Any, a_postgresql: Database) -> Database:
    return a_postgresql


@pytest.fixture(scope="module")
def a_postgresql() -> Database:
    return postgresql_database("""
        CREATE TYPE mood AS ENUM ('calm', 'cross');
        CREATE TYPE pair AS (a int, b text);""")
