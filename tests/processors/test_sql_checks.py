"""“Test connection” says what is wrong, in words, before a person's data depends on it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from jobs.processors.sql import SqlProcessor
from tests.processors.checks import BARE, LOWER, NORMALIZED, ORDERS, PEOPLE, found, mapping, wrong
from tests.processors.conftest import Make
from tests.processors.databases import Database, postgresql_database


def test_a_clean_mapping_gives_only_ok(database: Make) -> None:
    findings = found(database(PEOPLE), mapping())

    assert [finding.level for finding in findings] == ["ok"]
    assert findings[0].message.startswith("Connected to ")


# --- the connection ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "wrong"}, "refuses the user"),
        ({"username": "stranger"}, "refuses the user"),
        ({"database": "nothing_here"}, "has no database nothing_here"),
        ({"host": "nowhere.invalid"}, "host name is not known"),
        ({"port": 1}, "Nothing answers at 127.0.0.1:1"),
        ({"query": {"sslmode": "require"}}, "encryption"),
    ],
)
def test_what_keeps_us_from_connecting_is_told(
    one: Database, change: dict[str, Any], words: str
) -> None:
    from sqlalchemy import make_url

    url = make_url(one.url).set(**change).render_as_string(hide_password=False)
    processor = SqlProcessor({"url": url, "tables": mapping()})

    [finding] = processor.test_connection()

    assert (finding.level, finding.path) == ("error", "url")
    assert words in finding.message
    assert str(make_url(one.url).password) not in finding.message
    assert "wrong" not in finding.message


def test_missing_tables_and_columns_are_told_all_at_once(database: Make) -> None:
    tables = mapping(give=["id", "shoe"], delete={"do": "anonymize", "columns": {"hat": None}})
    tables["orders"]["parent"] = {**ORDERS["parent"], "column": "who", "parent_column": "nr"}
    tables["loans"] = {"identities": NORMALIZED}

    findings = wrong(database(PEOPLE), tables)

    assert {(level, path) for level, path, _ in findings} == {
        ("error", "tables.loans"),
        ("error", "tables.people.give"),
        ("error", "tables.people"),
        ("error", "tables.people.delete.columns.hat"),
        ("error", "tables.orders.parent.column"),
    }
    assert any("column nr" in message for _, _, message in findings)


def test_a_table_in_a_schema_is_found_there(postgresql: Make) -> None:
    product = postgresql(f"CREATE SCHEMA crm; SET search_path = crm; {PEOPLE}")
    tables = mapping(schema="crm", orders={"schema": "crm"})

    assert wrong(product, tables) == []
    assert len(wrong(product, mapping())) == 2


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("SELECT", {"DELETE", "UPDATE"}),
        ("SELECT, DELETE", {"UPDATE"}),
        ("DELETE, UPDATE (code)", {"SELECT"}),
        ("SELECT (id, email, code, age, phone), DELETE, UPDATE (code)", set()),
    ],
)
def test_permissions_that_are_missing_are_told_with_the_grant(
    postgresql: Make, granted: str, missing: set[str]
) -> None:
    user = f"guest_{uuid4().hex[:8]}"
    product = postgresql(f"""{PEOPLE}
        CREATE USER {user} PASSWORD 'pass';
        GRANT ALL ON orders TO {user}; GRANT {granted} ON people TO {user};""")
    product.url = f"postgresql://{user}:pass@{product.url.partition('@')[2]}"

    findings = wrong(product, mapping(delete={"do": "anonymize", "columns": {"code": None}}))

    assert {level for level, _, _ in findings} <= {"error"}
    assert {m.split("GRANT ")[1] for _, _, m in findings} == {
        f"{privilege} ON people TO {user}" for privilege in missing
    }


def test_rows_that_row_security_hides_are_warned_of(postgresql: Make) -> None:
    user = f"guest_{uuid4().hex[:8]}"
    product = postgresql(f"""{PEOPLE}
        CREATE USER {user} PASSWORD 'pass'; GRANT ALL ON people, orders TO {user};
        ALTER TABLE people ENABLE ROW LEVEL SECURITY;""")
    product.url = f"postgresql://{user}:pass@{product.url.partition('@')[2]}"

    [(level, path, message)] = wrong(product, mapping())

    assert (level, path) == ("warning", "tables.people")
    assert "Row security" in message


def test_a_database_that_only_reads_is_told(postgresql: Make) -> None:
    product = postgresql(PEOPLE)
    name = product.url.rpartition("/")[2]
    product.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    [(level, path, message)] = wrong(product, mapping())

    assert (level, path) == ("error", "url")
    assert "only be read" in message


# --- look-ups ----------------------------------------------------------------------------------

DIGITS = [{"namespace": "phone", "column": "phone"}]
EMAIL, PHONE = ("tables.people.identities[0].column",) * 2


@pytest.mark.parametrize(
    ("index", "identities", "served"),
    [
        ("", LOWER, False),
        ("", NORMALIZED, False),
        ("CREATE INDEX i ON people (email)", NORMALIZED, True),
        ("CREATE UNIQUE INDEX i ON people (email)", NORMALIZED, True),
        ("CREATE INDEX i ON people (email, phone)", NORMALIZED, True),
        ("CREATE INDEX i ON people (phone, email)", NORMALIZED, False),
        ("CREATE INDEX i ON people (email)", LOWER, False),
        ("CREATE INDEX i ON people (phone)", DIGITS, False),
    ],
)
def test_only_an_index_that_fits_the_look_up_serves(
    database: Make, index: str, identities: Any, served: bool
) -> None:
    product = database(f"{BARE} {index};")

    findings = wrong(product, mapping(identities=identities))

    assert [(level, path) for level, path, _ in findings] == (
        [] if served else [("warning", EMAIL)]
    )


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
@pytest.mark.parametrize(
    ("index", "identities", "served"),
    [
        ("CREATE INDEX i ON people (email) WHERE email LIKE 'a%'", NORMALIZED, False),
        ("CREATE INDEX i ON people (lower(email))", LOWER, False),
        ("CREATE INDEX i ON people (lower(trim(email)))", LOWER, True),
        ("CREATE INDEX i ON people (lower(trim(email)), id)", LOWER, True),
    ],
)
def test_an_index_on_an_expression_serves_where_there_can_be_one(
    request: pytest.FixtureRequest, kind: str, index: str, identities: Any, served: bool
) -> None:
    product = request.getfixturevalue(kind)(f"{BARE} {index};")

    assert bool(wrong(product, mapping(identities=identities))) is not served


@pytest.mark.parametrize("identities", [LOWER, NORMALIZED, DIGITS])
def test_the_index_that_is_proposed_serves(postgresql: Make, identities: Any) -> None:
    product = postgresql(BARE)
    [(_, _, message)] = wrong(product, mapping(identities=identities))
    start = message.index("CREATE INDEX")
    statement = message[start:].partition("), or")[0] if ", or" in message else message[start:]

    product.run(statement)

    assert wrong(product, mapping(identities=identities)) == []


def test_the_index_that_is_proposed_serves_in_sqlite(sqlite: Make) -> None:
    product = sqlite(BARE)
    [(_, _, message)] = wrong(product, mapping(identities=LOWER))

    product.run(message[message.index("CREATE INDEX") :].partition("), or")[0])

    assert wrong(product, mapping(identities=LOWER)) == []


def test_links_to_parents_want_an_index_too(database: Make) -> None:
    product = database(BARE.replace("CREATE INDEX orders_of ON orders (person);", """
        CREATE INDEX i ON people (email);"""))  # fmt: skip

    [(level, path, message)] = wrong(product, mapping())

    assert (level, path) == ("warning", "tables.orders.parent.column")
    assert "person" in message


def test_a_column_by_which_nobody_can_be_found_is_an_error(postgresql: Make) -> None:
    product = postgresql(BARE.replace("email VARCHAR(60)", "email BYTEA"))

    [(level, path, message)] = wrong(product, mapping())

    assert (level, path) == ("error", EMAIL)
    assert "bytea" in message


@pytest.fixture(scope="module")
def a_postgresql() -> Database:
    return postgresql_database(PEOPLE)


@pytest.fixture
def one(allowed: Any, a_postgresql: Database) -> Database:
    return a_postgresql
