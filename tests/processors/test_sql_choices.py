"""Opt-out of sale at a SQL product: columns that are set, lists that people are entered in."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobs.processors.base import Assignment, LeaseLost, Outcome
from jobs.processors.sql import SqlProcessor
from jobs.rules.states import Action
from tests.processors.batches import Call, person
from tests.processors.conftest import Make
from tests.processors.databases import Database

SCRIPT = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), phone VARCHAR(20),
        may_sell VARCHAR(10) DEFAULT 'yes');
    CREATE TABLE profiles (person INTEGER REFERENCES people (id), ads VARCHAR(5));
    CREATE TABLE suppressed (email VARCHAR(60) UNIQUE, reason VARCHAR(20));
    INSERT INTO people (id, email, phone) VALUES (1, 'Anna@example.org', '111'),
        (2, 'bo@example.org', '222'), (3, 'cy@example.org', '333');
    INSERT INTO profiles VALUES (1, 'on'), (1, 'on'), (2, 'on'), (3, NULL);
    INSERT INTO suppressed VALUES ('cy@example.org', 'letter');
"""
PEOPLE = {
    "identities": [
        {"namespace": "email", "column": "email"},
        {"namespace": "phone", "column": "phone"},
    ]
}
SOLD = {**PEOPLE, "opt_out": {"columns": {"may_sell": {"out": "no", "in": "yes"}}}}
PROFILES = {
    "parent": {"table": "people", "column": "person", "parent_column": "id"},
    "opt_out": {"columns": {"ads": {"out": None, "in": "on"}}},
}
SUPPRESSED = {
    "identities": [{"namespace": "email", "column": "email"}],
    "opt_out": {"insert": {"reason": "opt-out"}},
}
ANNA, BO, CY, NOBODY = (("email", f"{name}@example.org") for name in ("anna", "bo", "cy", "dan"))


def chose(out: bool | None, *identities: tuple[str, str]) -> Assignment:
    asked = person("opt-out-of-sale", *identities)
    return replace(asked, identities=tuple(replace(i, opted_out=out) for i in asked.identities))


def opt_out(database: Database, call: Call, tables: Any, *people: Assignment) -> list[Outcome]:
    return call(SqlProcessor(database.document(tables)), Action.OPT_OUT, *people)


def test_the_columns_of_a_persons_rows_say_what_was_chosen(database: Make, call: Call) -> None:
    product = database(SCRIPT)

    done = opt_out(product, call, {"people": SOLD}, chose(True, ANNA), chose(None, BO))

    assert [(o.code, o.records, o.processed) for o in done] == [("6000-200", 1, (0,))] * 2
    assert product.run("SELECT id, may_sell FROM people ORDER BY id") == [
        (1, "no"), (2, "no"), (3, "yes"),
    ]  # fmt: skip

    opt_out(product, call, {"people": SOLD}, chose(False, ANNA))

    assert product.run("SELECT may_sell FROM people WHERE id = 1") == [("yes",)]


def test_rows_that_hang_on_a_person_are_followed(database: Make, call: Call) -> None:
    product = database(SCRIPT)

    done = opt_out(
        product, call, {"people": PEOPLE, "profiles": PROFILES}, chose(True, ANNA), chose(False, CY)
    )

    assert [(o.code, o.records) for o in done] == [("6000-200", 2), ("6000-200", 1)]
    assert product.run("SELECT person, ads FROM profiles ORDER BY person") == [
        (1, None), (1, None), (2, "on"), (3, "on"),
    ]  # fmt: skip


def test_people_are_entered_once_in_a_list_and_taken_out_of_it(database: Make, call: Call) -> None:
    product = database(SCRIPT)
    tables = {"suppressed": SUPPRESSED}

    done = opt_out(
        product, call, tables, chose(True, ANNA), chose(True, NOBODY), chose(True, CY),
        chose(True, ("email", "ANNA@example.org ")),
    )  # fmt: skip

    assert [(o.code, o.records) for o in done] == [("6000-200", 1)] * 4
    assert sorted(product.run("SELECT email, reason FROM suppressed")) == [
        ("anna@example.org", "opt-out"),
        ("cy@example.org", "letter"),
        ("dan@example.org", "opt-out"),
    ]

    opt_out(product, call, tables, chose(False, ANNA), chose(False, CY))

    assert product.run("SELECT email FROM suppressed") == [("dan@example.org",)]


def test_where_a_row_is_of_two_minds_the_opt_out_stays(database: Make, call: Call) -> None:
    product = database(SCRIPT)

    opt_out(product, call, {"people": SOLD}, chose(True, ANNA), chose(False, ("phone", "111")))

    assert product.run("SELECT may_sell FROM people WHERE id = 1") == [("no",)]


def test_it_stays_whoever_comes_first(database: Make, call: Call) -> None:
    product = database(SCRIPT)
    tables = {"people": {**PEOPLE, "opt_out": SOLD["opt_out"]}, "profiles": PROFILES}
    call.out = {("email", "Anna@example.org"), ("email", "bo@example.org")}
    opt_out(product, call, tables, chose(True, ANNA), chose(True, BO))

    done = opt_out(
        product, call, tables, chose(False, ("phone", "111")), chose(False, ("phone", "333"))
    )

    assert [(o.code, o.records) for o in done] == [("6000-200", 3), ("6000-200", 2)]
    assert product.run("SELECT id, may_sell FROM people ORDER BY id") == [
        (1, "no"), (2, "no"), (3, "yes"),
    ]  # fmt: skip
    assert product.run("SELECT ads FROM profiles WHERE person = 1") == [(None,), (None,)]


def test_a_shared_line_of_a_list_goes_and_who_stays_out_is_entered_again(
    database: Make, call: Call
) -> None:
    product = database(
        "CREATE TABLE list (email VARCHAR(60), phone VARCHAR(20));"
        "INSERT INTO list VALUES ('anna@example.org', '111')"
    )
    call.out = {("email", "anna@example.org")}

    opt_out(
        product, call, {"list": {**PEOPLE, "opt_out": {"insert": {}}}},
        chose(False, ("phone", "111")),
    )  # fmt: skip

    assert product.run("SELECT email, phone FROM list") == [("anna@example.org", None)]


def test_who_is_not_there_is_not_found_and_a_foreign_namespace_not_valid(
    database: Make, call: Call
) -> None:
    product = database(SCRIPT)

    done = opt_out(
        product, call, {"people": SOLD}, chose(True, NOBODY), chose(True, ("ecid", "12"))
    )

    assert [o.code for o in done] == ["6052-200", "6053-200"]


def test_only_namespaces_that_lead_to_a_choice_count(database: Make, call: Call) -> None:
    product = database(SCRIPT)
    tables = {"people": PEOPLE, "suppressed": SUPPRESSED}

    [phone, both] = opt_out(
        product, call, tables, chose(True, ("phone", "111")), chose(True, BO, ("phone", "222"))
    )

    assert (phone.code, phone.ignored) == ("6053-200", (0,))
    assert (both.code, both.processed, both.ignored) == ("6000-200", (0,), (1,))


def test_nothing_is_changed_when_the_lease_is_lost(database: Make, call: Call) -> None:
    product = database(SCRIPT)

    class Late(Call):
        def _begin(self, told: Any) -> None:
            raise LeaseLost

    with pytest.raises(LeaseLost):
        opt_out(product, Late(call.folder), {"people": SOLD}, chose(True, ANNA))

    assert product.run("SELECT count(*) FROM people WHERE may_sell = 'no'") == [(0,)]


@pytest.mark.parametrize(("tables", "can"), [({"people": PEOPLE}, False), ({"people": SOLD}, True)])
def test_a_product_can_be_told_when_its_settings_say_how(tables: dict[str, Any], can: bool) -> None:
    processor = SqlProcessor({"url": "sqlite:////nowhere", "tables": tables})

    assert (Action.OPT_OUT in processor.actions) == can


def test_a_delete_leaves_the_list_alone_unless_it_says_more(database: Make, call: Call) -> None:
    product = database(SCRIPT)
    processor = SqlProcessor(product.document({"suppressed": SUPPRESSED}))

    [done] = call(processor, "delete", person("delete", CY))

    assert (done.code, done.detail) == ("6000-200", "sql.kept")
    assert product.run("SELECT count(*) FROM suppressed") == [(1,)]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([], "opt_out"),
        ({}, "opt_out"),
        ({"columns": {}, "insert": {}}, "opt_out"),
        ({"columns": {}}, "opt_out.columns"),
        ({"columns": {"may_sell": True}}, "opt_out.columns.may_sell"),
        ({"columns": {"may_sell": {"out": 1}}}, "opt_out.columns.may_sell"),
        ({"insert": None}, "opt_out.insert"),
    ],
)
def test_settings_that_do_not_say_how_are_told(given: Any, path: str) -> None:
    document = {"url": "sqlite:////nowhere", "tables": {"people": {**PEOPLE, "opt_out": given}}}

    found = SqlProcessor.validate(document)

    assert [problem.path for problem in found if problem.path != "url"] == [f"tables.people.{path}"]


def test_the_connection_test_finds_columns_that_are_not_there(database: Make) -> None:
    product = database(SCRIPT)
    wrong = {"columns": {"sold": {"out": 1, "in": 0}}}
    tables = {
        "people": {**PEOPLE, "opt_out": wrong},
        "suppressed": {**SUPPRESSED, "opt_out": {"insert": {"why": "x"}}},
    }

    found = SqlProcessor(product.document(tables)).test_connection()

    assert [f.path for f in found if f.level == "error"] == [
        "tables.people.opt_out.columns.sold",
        "tables.suppressed.opt_out.insert.why",
    ]
