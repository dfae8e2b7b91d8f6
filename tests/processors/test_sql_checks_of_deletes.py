"""“Test connection” warns where the tables themselves would refuse what a delete does."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.processors.sql import SqlProcessor
from tests.processors.checks import PEOPLE, found, mapping, wrong
from tests.processors.conftest import Make

PATH = "tables.people.delete.columns."


def anonymize(**columns: Any) -> dict[str, Any]:
    return {"do": "anonymize", "columns": columns}


KEPT = {"delete": {"do": "keep", "reason": "books"}, "purge": {"do": "keep", "reason": "books"}}


@pytest.mark.parametrize(
    ("column", "how", "words"),
    [
        ("email", None, "may not be NULL"),
        ("id", None, "may not be NULL"),
        ("email", {"value": "gone"}, "unique"),
        ("code", {"hash": True}, "cut to 10 characters"),
        ("age", {"hash": True}, "not text"),
        ("age", {"value": "none"}, "not of the type"),
        ("age", {"value": [1]}, "list"),
    ],
)
def test_what_a_column_cannot_hold_is_told(
    database: Make, column: str, how: Any, words: str
) -> None:
    product = database(PEOPLE)
    if how == {"value": [1]} and product.kind == "postgresql":
        words = "not of the type"

    findings = wrong(product, mapping(delete=anonymize(**{column: how}), orders=KEPT))

    assert [path for _, path, _ in findings if path.startswith(PATH)] == [PATH + column]
    assert words in next(message for _, path, message in findings if path == PATH + column)


@pytest.mark.parametrize(
    ("column", "how", "words"),
    [
        ("code", {"value": "x" * 11}, "longer than code allows: 10"),
        ("age", {"value": 2**40}, "not of the type"),
        ("small", {"value": 1000}, "not of the type"),
        ("mood", {"value": "blue"}, "not of the type"),
        ("tiny", {"hash": True}, "too short for a hash: 4"),
        ("born", {"value": "long ago"}, "not of the type"),
        ("uid", {"hash": True}, "not text"),
        ("twice", {"value": 1}, "computes twice itself"),
    ],
)
def test_what_a_column_of_postgresql_cannot_hold_is_an_error(
    postgresql: Make, column: str, how: Any, words: str
) -> None:
    product = postgresql(f"""CREATE TYPE mood AS ENUM ('calm'); {PEOPLE}
        ALTER TABLE people ADD mood mood, ADD tiny varchar(4), ADD born date, ADD uid uuid,
            ADD small numeric(4,2), ADD twice int GENERATED ALWAYS AS (age * 2) STORED;""")

    findings = wrong(product, mapping(delete=anonymize(**{column: how}), orders=KEPT))

    [(level, _, message)] = [f for f in findings if f[1] == PATH + column]
    assert level == "error"
    assert words in message


@pytest.mark.parametrize(
    "columns",
    [
        {"email": {"hash": True}, "phone": {"value": "none"}, "age": None},
        {"email": {"hash": True}, "age": {"value": 0}, "phone": {"hash": True}},
    ],
)
def test_what_fits_is_not_warned_of(database: Make, columns: Any) -> None:
    policy = anonymize(**columns)

    assert wrong(database(PEOPLE), mapping(delete=policy, purge=policy)) == []


@pytest.mark.parametrize(
    ("key", "columns", "warned"),
    [
        ("UNIQUE (phone)", {"phone": {"value": "-"}}, True),
        ("UNIQUE (phone)", {"phone": None}, False),
        ("UNIQUE (phone, age)", {"phone": {"value": "-"}}, True),
        ("UNIQUE (phone, age)", {"phone": {"value": "-"}, "age": {"value": 0}}, True),
        ("UNIQUE (phone, email)", {"phone": {"value": "-"}, "email": {"hash": True}}, False),
        ("UNIQUE (phone, id)", {"phone": {"value": "-"}}, False),
    ],
)
def test_a_fixed_value_in_a_unique_key_fails_for_the_second_person(
    database: Make, key: str, columns: Any, warned: bool
) -> None:
    product = database(PEOPLE.replace("UNIQUE (email)", f"UNIQUE (email), {key}"))
    policy = anonymize(**columns)

    findings = wrong(product, mapping(delete=policy, purge=policy))

    assert bool(findings) is warned
    assert all(level == "warning" and "second person" in told for level, _, told in findings)


@pytest.mark.parametrize(
    ("index", "how"),
    [
        ("CREATE UNIQUE INDEX i ON people (phone) NULLS NOT DISTINCT", None),
        ("CREATE UNIQUE INDEX i ON people (lower(phone))", {"value": "-"}),
    ],
)
def test_unique_indexes_of_postgresql_count_with_their_own_rules(
    postgresql: Make, index: str, how: Any
) -> None:
    policy = anonymize(phone=how)

    findings = wrong(postgresql(f"{PEOPLE} {index};"), mapping(delete=policy, purge=policy))

    assert {path for _, path, _ in findings} == {
        "tables.people.delete.columns.phone",
        "tables.people.purge.columns.phone",
    }


def test_a_value_that_must_stand_in_another_table_is_warned_of(database: Make) -> None:
    policy = anonymize(person={"value": 0})

    findings = wrong(database(PEOPLE), mapping(orders={"delete": policy, "purge": policy}))

    assert sum("refers to people" in message for _, _, message in findings) == 2


# --- foreign keys ------------------------------------------------------------------------------

LOANS = "CREATE TABLE loans (id INTEGER PRIMARY KEY, who INTEGER REFERENCES people (id) {});"
LOANS_MAPPED = {"parent": {"table": "people", "column": "who", "parent_column": "id"}}
INDEX = "CREATE INDEX loans_of ON loans (who);"


@pytest.mark.parametrize("rule", ["", "ON DELETE RESTRICT"])
def test_rows_of_an_unmapped_table_would_stop_the_delete(database: Make, rule: str) -> None:
    product = database(PEOPLE + LOANS.format(rule))

    [(level, path, message)] = wrong(product, mapping())

    assert (level, path) == ("warning", "tables.people")
    assert "loans, which is not mapped" in message
    assert "who" in message


@pytest.mark.parametrize(
    ("rule", "words"),
    [("ON DELETE CASCADE", "go along"), ("ON DELETE SET NULL", "are changed")],
)
def test_what_a_foreign_key_does_by_itself_is_mentioned(
    database: Make, rule: str, words: str
) -> None:
    _, told = found(database(PEOPLE + LOANS.format(rule)), mapping())

    assert (told.level, told.path) == ("ok", "tables.people")
    assert words in told.message
    assert rule in told.message
    assert "without being counted" in told.message


def test_an_unmapped_table_is_no_matter_where_rows_are_anonymized(database: Make) -> None:
    policy = anonymize(email={"hash": True})

    findings = wrong(database(PEOPLE + LOANS.format("")), mapping(delete=policy))

    assert [path for _, path, _ in findings] == ["tables.people.purge"]


@pytest.mark.parametrize(
    ("loans", "words"),
    [
        ({}, ""),
        (KEPT, "are kept"),
        ({"delete": anonymize(who=None), "purge": anonymize(who=None)}, ""),
        ({"delete": anonymize(id={"value": 5}), "purge": anonymize(id={"value": 5})}, "still"),
    ],
)
def test_a_mapped_table_is_warned_of_only_where_its_rows_stay(
    database: Make, loans: Any, words: str
) -> None:
    tables = {**mapping(), "loans": {**LOANS_MAPPED, **loans}}

    findings = wrong(database(PEOPLE + LOANS.format("") + INDEX), tables)

    told = [message for _, path, message in findings if path == "tables.people"]
    assert len(told) == bool(words)
    assert all(words in message for message in told)


def test_rows_that_are_to_stay_but_go_by_cascade_are_warned_of(database: Make) -> None:
    tables = {**mapping(), "loans": {**LOANS_MAPPED, **KEPT}}

    [(level, path, message)] = wrong(
        database(PEOPLE + LOANS.format("ON DELETE CASCADE") + INDEX), tables
    )

    assert (level, path) == ("warning", "tables.people")
    assert "are to stay" in message


def test_a_table_that_is_found_otherwise_may_hold_anothers_rows(database: Make) -> None:
    loans = LOANS.format("").replace("who", "mail TEXT, who") + "CREATE INDEX m ON loans (mail);"
    identities = [{"namespace": "email", "column": "mail", "normalized": True}]

    after = wrong(database(PEOPLE + loans), {**mapping(), "loans": {"identities": identities}})
    first = {"loans": {"identities": identities}, **mapping()}
    before = wrong(database(PEOPLE + loans), first)

    assert "another person's" in after[0][2]
    assert "not deleted before it" in before[0][2]


def test_a_table_that_refers_to_itself_is_warned_of(database: Make) -> None:
    script = PEOPLE.replace("age INTEGER", "age INTEGER REFERENCES people (id)")

    [(level, path, _)] = wrong(database(script), mapping())

    assert (level, path) == ("warning", "tables.people")


def test_references_across_schemas_are_seen(postgresql: Make) -> None:
    product = postgresql(f"{PEOPLE} CREATE SCHEMA other; CREATE TABLE other.loans"
                         "(id int PRIMARY KEY, who int REFERENCES people);")  # fmt: skip

    [(_, _, message)] = wrong(product, mapping())

    assert "other.loans" in message


def test_no_message_holds_a_secret(postgresql: Make) -> None:
    product = postgresql(PEOPLE)
    document = product.document(mapping(delete=anonymize(code={"hash": True})))

    told = str(SqlProcessor(document).test_connection())

    assert "pepper" not in told
    assert product.url.partition("@")[0].rpartition(":")[2] not in told
