"""What tables a database has, what is proposed for them, and one person's rows before a delete."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from jobs import mapping_form
from jobs.processors.base import Assignment, FoundTable, Identity
from jobs.processors.columns import propose
from jobs.processors.registry import processor_class
from tests.processors.conftest import Make
from tests.processors.databases import Database

SCRIPT = """
CREATE TABLE person (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, contact VARCHAR(100),
    full_name VARCHAR(100) NOT NULL, password_hash VARCHAR(100), visits INTEGER);
CREATE TABLE purchase (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id),
    street VARCHAR(100), total INTEGER);
CREATE TABLE colour (id INTEGER PRIMARY KEY, label VARCHAR(20));
INSERT INTO person VALUES (1, 'ann@example.org', 'a@example.org', 'Ann', 'x', 3),
    (2, 'bo@example.org', 'b@example.org', 'Bo', 'y', 4);
INSERT INTO purchase VALUES (1, 1, 'Elm Street', 30), (2, 1, 'Elm Street', 40);
"""


@pytest.fixture
def shop(database: Make) -> Database:
    return database(SCRIPT)


def found(shop: Database) -> dict[str, FoundTable]:
    tables = processor_class("sql").look({"url": shop.url}, [])
    return {table.name: table for table in tables}


def labels(table: FoundTable) -> dict[str, str]:
    return {column.name: column.label for column in table.columns if column.label}


def test_columns_are_told_by_name_and_by_shape(shop: Database) -> None:
    tables = found(shop)

    assert labels(tables["person"]) == {
        "email": "email", "contact": "email", "full_name": "personal", "password_hash": "secret",
    }  # fmt: skip
    assert labels(tables["purchase"]) == {"street": "personal"}
    assert labels(tables["colour"]) == {}
    [link] = tables["purchase"].links
    assert (link.column, link.table, link.other) == ("person_id", "person", "id")
    assert [c.name for c in tables["person"].columns if c.key] == ["id"]


@pytest.mark.parametrize(
    ("name", "values", "label"),
    [
        ("EMail", ["a@b.se"], "email"),
        ("user", ["a@b.se", "c@d.se", "e@f.se", "g@h.se", "nobody"], "email"),
        ("user", ["a@b.se", "nobody"], ""),
        ("email_sent", [], ""),
        ("mobile_phone", ["+46 70 123 45 67"], "phone"),
        ("order_number", ["070123456"], ""),
        ("FirstName", ["Ann"], "personal"),
        ("BillingPostalCode", ["12345"], "personal"),
        ("apiKey", ["abc"], "secret"),
        ("loyalty_id", ["1"], "loyaltyid"),
        ("total", ["12"], ""),
    ],
)
def test_proposals(name: str, values: list[str], label: str) -> None:
    assert propose(name, values, textual=True, namespaces=["loyaltyId"]) == label


def test_what_is_proposed_is_a_mapping_that_works(shop: Database) -> None:
    choices = mapping_form.read(list(found(shop).values()), {}, None)
    tables = mapping_form.document(choices, {})

    assert tables == {
        "person": {
            "identities": [
                {"namespace": "email", "column": "email"},
                {"namespace": "email", "column": "contact"},
            ],
            "give": ["id", "email", "contact", "full_name", "visits"],
        },
        "purchase": {"parent": {"table": "person", "column": "person_id", "parent_column": "id"}},
    }
    assert processor_class("sql").validate({"url": shop.url, "tables": tables}) == []


def test_a_mapping_that_is_chosen_again_stays_what_it_was(shop: Database) -> None:
    tables: dict[str, Any] = {
        "person": {
            "identities": [{"namespace": "Email", "column": "email", "normalized": True}],
            "give": ["id", "email", "full_name"],
            "delete": {
                "do": "anonymize",
                "columns": {"email": {"hash": True}, "full_name": {"value": "gone"}},
            },
            "purge": {"do": "delete"},
        },
        "purchase": {
            "parent": {"table": "person", "column": "person_id", "parent_column": "id"},
            "delete": {"do": "keep", "reason": "seven years"},
        },
        "elsewhere": {"identities": [{"namespace": "email", "column": "x"}], "schema": "old"},
    }

    choices = mapping_form.read(list(found(shop).values()), tables, None)

    assert mapping_form.document(choices, tables) == tables


def test_a_form_says_what_becomes_of_columns(shop: Database) -> None:
    given = {
        "use:person": "on", "via:person": "", "do:person": "anonymize",
        "label:person:email": "email", "label:person:contact": "personal",
        "label:person:full_name": "personal", "label:person:password_hash": "secret",
    }  # fmt: skip
    choices = mapping_form.read(list(found(shop).values()), {}, given)

    assert mapping_form.document(choices, {})["person"]["delete"] == {
        "do": "anonymize",
        "columns": {
            "email": {"value": "erased"}, "contact": None, "full_name": {"value": "erased"},
        },
    }  # fmt: skip


def test_one_person_before_a_delete(shop: Database) -> None:
    tables = {
        "person": {
            "identities": [{"namespace": "email", "column": "email"}],
            "give": ["email", "visits"],
            "delete": {"do": "anonymize", "columns": {"email": {"value": "erased"}}},
        },
        "purchase": {
            "parent": {"table": "person", "column": "person_id", "parent_column": "id"},
        },
    }
    processor = processor_class("sql")({"url": shop.url, "tables": tables})
    ann = Assignment(uuid4(), "access", (Identity(0, "email", " ANN@example.org"),))

    person, purchase = processor.preview(ann, 10)
    processor.close()

    assert (person.columns, person.rows) == (["email", "visits"], [["ann@example.org", "3"]])
    assert (person.do, person.changed) == ("anonymize", {"email"})
    assert (purchase.count, purchase.do) == (2, "delete")
    assert shop.run("SELECT email FROM person WHERE id = 1") == [("ann@example.org",)]
