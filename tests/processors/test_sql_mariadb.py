"""What is peculiar to MySQL and MariaDB: collations, locks, types, privileges, encryption."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pymysql
import pytest
from sqlalchemy import make_url, text

from jobs.processors.base import Assignment, BadData, TryAgain
from jobs.processors.sql import SqlProcessor
from jobs.processors.sql.connect import open_engine, transaction
from jobs.processors.sql.failures import explained
from tests.processors.batches import Call, person
from tests.processors.conftest import Make
from tests.processors.databases import LISTED, Database, mariadb_database
from tests.processors.mariadb import HOST, PASSWORD, Server
from tests.processors.test_sql_address import names_lead_to, refused
from tests.processors.test_sql_checks import BARE, LOWER, NORMALIZED, PEOPLE, mapping, wrong
from tests.processors.test_sql_content import ANNA, given
from tests.processors.test_sql_deeds import delete
from tests.processors.test_sql_types import CHILD
from tests.processors.test_sql_types import mapping as of_code

UUID = "0af1e7a2-31d5-4c60-8f35-7a9e4b1c2d3e"


@pytest.fixture(scope="module")
def a_mariadb(mariadb_server: Server) -> Database:
    return mariadb_database(mariadb_server, "")


@pytest.fixture
def one(allowed: Any, a_mariadb: Database) -> Database:
    for table in ("notes", "people"):
        a_mariadb.run(f"DROP TABLE IF EXISTS {table}")
    return a_mariadb


# --- types -------------------------------------------------------------------------------------


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
    one: Database, call: Call, kind: str, stored: str, asked: str
) -> None:
    one.run(f"CREATE TABLE people (id int PRIMARY KEY, code {kind})")
    one.run(f"CREATE TABLE notes (id int PRIMARY KEY, of {kind})")
    connection = pymysql.connect(**make_url(one.url).translate_connect_args(username="user"))
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(f"INSERT INTO people VALUES (1, {stored}), (2, NULL)")
        cursor.execute(f"INSERT INTO notes VALUES (1, {stored}), (2, {stored}), (3, NULL)")
        connection.commit()
    processor = SqlProcessor(one.document({**of_code(), "notes": CHILD}))

    [seen] = call(processor, "access", person("access", ("member", asked)))
    [outcome] = call(processor, "delete", person("delete", ("member", asked)))

    assert (seen.code, seen.records) == ("6000-200", 3)
    assert (outcome.code, outcome.records) == ("6000-200", 3)
    assert one.run("SELECT id FROM people UNION SELECT id FROM notes") == [(2,), (3,)]


@pytest.mark.parametrize(
    "kind",
    ["TINYINT", "INTEGER", "BIGINT", "DECIMAL(10,2)", "FLOAT", "DOUBLE", "DATE", "DATETIME",
     "TIMESTAMP NULL", "TIME", "YEAR", "BIT(3)", "BINARY(16)", "BLOB", "JSON", "ENUM('calm')",
     "UUID", "CHAR(3)", "INET6", "POINT"],
)  # fmt: skip
def test_what_cannot_be_of_the_columns_type_is_not_found(
    one: Database, call: Call, kind: str
) -> None:
    one.run(f"CREATE TABLE people (id int PRIMARY KEY, code {kind})")
    one.run("INSERT INTO people VALUES (1, NULL)")
    values = ["9" * 38, "9" * 400, "abc", "1e400", "1_0", "-", "²", "NaN", "9.999", "0001-01-01"]

    outcomes = [
        outcome
        for action in ("access", "delete")
        for outcome in call(
            SqlProcessor(one.document(of_code())),
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
    one: Database, call: Call, kind: str, stored: str, written: str
) -> None:
    one.run(f"CREATE TABLE people (id int PRIMARY KEY, email text, it {kind})")
    connection = pymysql.connect(**make_url(one.url).translate_connect_args(username="user"))
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(f"INSERT INTO people VALUES (1, 'anna@example.org', {stored})")
        connection.commit()

    body = given(one, call)

    assert body == f'[\n{{"it":{written}}}\n]\n'
    json.loads(body, parse_constant=pytest.fail)


# --- collations --------------------------------------------------------------------------------

EXACT = {"people": {"identities": [{"namespace": "member", "column": "code"}]}}


def test_what_a_collation_takes_for_equal_and_is_another_person_stays(
    mariadb: Make, call: Call
) -> None:
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, code VARCHAR(20) COLLATE utf8mb4_general_ci);
        INSERT INTO people VALUES (1, 'asa'), (2, 'åsa'), (3, 'ASA'), (4, 'ÅSA');""")

    [done] = delete(product, call, EXACT, person("delete", ("member", "asa")))

    assert (done.code, done.records) == ("6000-200", 2)
    assert product.run("SELECT id FROM people") == [(2,), (4,)]


def test_two_who_differ_by_case_are_counted_apart(mariadb: Make, call: Call) -> None:
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, code VARCHAR(20));
        INSERT INTO people VALUES (1, 'anna'), (2, 'ANNA'), (3, 'ANNA');""")

    done = delete(
        product, call, EXACT, person("delete", ("member", "anna")),
        person("delete", ("member", "ANNA")),
    )  # fmt: skip

    assert [one.records for one in done] == [1, 2]


def test_a_hash_is_the_same_in_every_database(database: Make, call: Call) -> None:
    product = database("""
        CREATE TABLE people (id INTEGER PRIMARY KEY, code VARCHAR(60));
        INSERT INTO people VALUES (1, 'åsa');""")
    tables = {"people": {**EXACT["people"],
        "delete": {"do": "anonymize", "columns": {"code": {"hash": True}}}}}  # fmt: skip

    delete(product, call, tables, person("delete", ("member", "åsa")))

    inner = hashlib.sha256("pepperåsa".encode()).hexdigest()
    digest = hashlib.sha256(f"pepper{inner}".encode()).hexdigest()
    assert product.run("SELECT code FROM people") == [(f"anon:{digest[:32]}",)]


# --- transactions ------------------------------------------------------------------------------

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
        delete(product, call, EXACT, person("delete", ("member", "anna")))

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

    [done] = delete(product, Between(call.folder), EXACT, person("delete", ("member", "anna")))

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
    tables = {"people": {**EXACT["people"], "give": ["id"]}}

    [many, few] = call(
        SqlProcessor(product.document(tables)), "access",
        person("access", ("member", "many")), person("access", ("member", "bo")),
    )  # fmt: skip

    assert (many.records, few.records) == (29_991, 1)


# --- errors ------------------------------------------------------------------------------------


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
    tables = {"people": {**EXACT["people"], "delete": policy}}

    with pytest.raises(BadData) as caught:
        delete(product, call, tables, person("delete", ("member", "anna")))

    assert caught.value.detail == detail
    assert {**caught.value.params, **params} == caught.value.params
    assert "anna" not in str(caught.value.params)
    assert "Bo" not in str(caught.value.params)
    assert call.begun == {}


# --- “Test connection” -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "refuses the user"),
        ({"username": "stranger"}, "refuses the user"),
        ({"database": "nothing_here"}, "has no database nothing_here"),
        ({"port": 1}, "Nothing answers at 127.0.0.1:1, or no MySQL"),
        ({"query": {"ssl_mode": "VERIFY_CA"}}, "encryption: see ssl_mode, ssl_ca"),
        ({"query": {"ssl_mode": "REQUIRED", "ssl_ca": "/nowhere"}}, "encryption"),
    ],
)
def test_what_keeps_us_from_connecting_is_told(
    one: Database, change: dict[str, Any], words: str
) -> None:
    url = make_url(one.url).set(**change).render_as_string(hide_password=False)

    [finding] = SqlProcessor({"url": url, "tables": mapping()}).test_connection()

    assert (finding.level, finding.path) == ("error", "url")
    assert words in finding.message
    assert PASSWORD not in finding.message.split()


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("SELECT", {"DELETE", "UPDATE"}),
        ("SELECT, DELETE", {"UPDATE"}),
        ("SELECT (id, email), DELETE, UPDATE (code)", {"SELECT", "UPDATE"}),
        ("SELECT (id, email, code, age, phone), DELETE, UPDATE (code)", set()),
    ],
)
def test_permissions_that_are_missing_are_told_with_the_grant(
    mariadb: Make, mariadb_server: Server, granted: str, missing: set[str]
) -> None:
    product = mariadb(PEOPLE)
    user = f"guest_{uuid4().hex[:8]}"
    guest = f"'{user}'@'127.0.0.1'"
    product.run(f"CREATE USER {guest} IDENTIFIED BY 'pass'")
    product.run(f"GRANT ALL ON orders TO {guest}")
    product.run(f"GRANT {granted} ON people TO {guest}")
    product.url = f"mysql://{user}:pass@{product.url.partition('@')[2]}"

    findings = wrong(product, mapping(delete={"do": "anonymize", "columns": {"code": None}}))

    assert {level for level, _, _ in findings} <= {"error"}
    assert {m.split("GRANT ")[1] for _, _, m in findings} == {
        f"{privilege} ON people TO {guest}" for privilege in missing
    }


def test_a_database_that_only_reads_is_told(mariadb: Make) -> None:
    product = mariadb(PEOPLE)
    product.run("SET GLOBAL read_only = 1")
    try:
        [(level, path, message)] = wrong(product, mapping())
    finally:
        product.run("SET GLOBAL read_only = 0")

    assert (level, path) == ("error", "url")
    assert "only be read" in message


def test_the_index_that_is_proposed_serves(mariadb: Make) -> None:
    product = mariadb(BARE)
    [(_, _, message)] = wrong(product, mapping(identities=NORMALIZED))

    product.run(message[message.index("CREATE INDEX") :])

    assert wrong(product, mapping(identities=NORMALIZED)) == []


def test_where_no_index_can_serve_the_column_is_to_be_declared(mariadb: Make) -> None:
    [(level, _, message)] = wrong(mariadb(BARE), mapping(identities=LOWER))

    assert level == "warning"
    assert "declare it “normalized”" in message


@pytest.mark.parametrize(
    ("column", "how", "words"),
    [
        ("code", {"value": "x" * 11}, "longer than code allows: 10"),
        ("age", {"value": 2**40}, "not of the type"),
        ("small", {"value": 1000}, "not of the type"),
        ("tiny", {"value": -1}, "not of the type"),
        ("mood", {"value": "blue"}, "not of the type"),
        ("born", {"value": "long ago"}, "not of the type"),
        ("uid", {"hash": True}, "not text"),
        ("twice", {"value": 1}, "computes twice itself"),
        ("age", {"value": [1]}, "list"),
    ],
)
def test_what_a_column_cannot_hold_is_an_error(
    mariadb: Make, column: str, how: Any, words: str
) -> None:
    product = mariadb(f"""{PEOPLE} ALTER TABLE people ADD mood ENUM('calm'), ADD born DATE,
        ADD uid UUID, ADD small DECIMAL(4,2), ADD tiny TINYINT UNSIGNED,
        ADD twice INT AS (age * 2) STORED;""")
    policy = {"do": "anonymize", "columns": {column: how}}

    findings = wrong(product, mapping(delete=policy))

    path = f"tables.people.delete.columns.{column}"
    [(level, _, message)] = [found for found in findings if found[1] == path]
    assert level == "error"
    assert words in message


# --- the address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ssl_mode=VERIFY_IDENTITY&ssl_ca=/etc/ca.pem&connect_timeout=5", ""),
        ("ssl_mode=maybe", "ssl_mode is one of"),
        ("connect_timeout=3600", "at most"),
        ("unix_socket=/run/mysqld/mysqld.sock", "not supported"),
        ("local_infile=1", "not supported"),
        ("read_default_file=/etc/my.cnf", "not supported"),
        ("init_command=x", "not supported"),
        ("ssl_key=/etc/x", "not supported"),
        ("charset=latin1", "not supported"),
    ],
)
def test_only_the_listed_parameters_pass(
    monkeypatch: pytest.MonkeyPatch, query: str, words: str
) -> None:
    names_lead_to(monkeypatch, "93.184.216.34")

    told = refused(f"mysql://u:p@db.example.org/x?{query}")

    assert words in told
    assert bool(told) == bool(words)


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "[::1]"])
def test_private_places_are_refused(scheme: str, host: str) -> None:
    assert "private" in refused(f"{scheme}://u@{host}/x")


@pytest.mark.parametrize(
    ("name", "mode", "works"),
    [
        (HOST, "VERIFY_IDENTITY", True),
        ("other.example.org", "VERIFY_IDENTITY", False),
        ("other.example.org", "VERIFY_CA", True),
    ],
)
def test_the_certificate_is_the_names(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    one: Database,
    mariadb_server: Server,
    name: str,
    mode: str,
    works: bool,
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    asked = names_lead_to(monkeypatch, "127.0.0.1")
    query = {"ssl_mode": mode, "ssl_ca": str(mariadb_server.authority)}
    url = make_url(one.url).set(host=name, query=query).render_as_string(hide_password=False)

    findings = SqlProcessor({"url": url, "tables": of_code()}).test_connection()

    assert ("Connected to MariaDB" in findings[0].message) is works
    assert works or "encryption" in findings[0].message
    assert asked.count(name) == 2  # once for the look, once for the connection


def test_what_was_checked_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, one: Database
) -> None:
    asked = names_lead_to(monkeypatch, "127.0.0.1", "10.9.9.9")
    engine = open_engine(make_url(one.url).set(host=HOST).render_as_string(hide_password=False))

    with engine.connect() as opened:
        assert opened.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()

    assert asked.count(HOST) == 1


def test_a_batch_of_thousands_is_one_batch(mariadb: Make, call: Call) -> None:
    product = mariadb(f"""{NAMES}
        CREATE TABLE notes (id int PRIMARY KEY, of int, KEY (of));
        INSERT INTO people SELECT seq, CONCAT('c', seq), 'N' FROM seq_10_to_3000;
        INSERT INTO notes SELECT seq, seq DIV 2 FROM seq_20_to_6000;""")
    tables = {**EXACT, "notes": {
        "parent": {"table": "people", "column": "of", "parent_column": "id"}}}  # fmt: skip
    people: list[Assignment] = [person("delete", ("member", f"c{n}")) for n in range(10, 2510)]

    done = delete(product, call, tables, *people)

    assert {one.records for one in done} == {3}
    assert product.run("SELECT count(*) FROM people") == [(493,)]


def test_anna_is_found_by_what_the_session_compares(mariadb: Make, call: Call) -> None:
    """A product whose tables are not UTF-8."""
    product = mariadb("""
        CREATE TABLE people (id int PRIMARY KEY, email VARCHAR(60) CHARACTER SET latin1, it int);
        INSERT INTO people VALUES (1, 'Anna@Example.org', 7);""")

    assert given(product, call) == '[\n{"it":7}\n]\n'
    assert ANNA[1] == "anna@example.org"
