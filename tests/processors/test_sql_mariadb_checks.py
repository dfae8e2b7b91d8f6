"""“Test connection” with MariaDB says what is wrong, and by which statement it can be mended."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from jobs.processors.sql import SqlProcessor
from tests.processors.checks import BARE, LOWER, NORMALIZED, PEOPLE, mapping, wrong
from tests.processors.conftest import Make
from tests.processors.databases import Database
from tests.processors.mariadb import PASSWORD, Server


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
    shared_mariadb: Database, change: dict[str, Any], words: str
) -> None:
    url = make_url(shared_mariadb.url).set(**change).render_as_string(hide_password=False)

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
