"""What a delete does to rows: once, for everyone they belong to, and never said before it is so."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from jobs.processors.base import BadData, ProductUnavailable
from jobs.processors.sql import SqlProcessor
from jobs.rules import outcomes
from tests.processors.batches import Call, person
from tests.processors.columns import of_code
from tests.processors.conftest import Make
from tests.processors.databases import delete
from tests.processors.orders import ANNA, BO, CY, HASH, NAME, PEOPLE, tables


def test_a_row_of_two_people_counts_for_both_and_goes_once(database: Make, call: Call) -> None:
    product = database(PEOPLE)

    done = delete(
        product, call, tables(), person("delete", ANNA), person("delete", BO, ("phone", "111"))
    )

    assert [(o.code, o.records) for o in done] == [("6000-200", 3), ("6000-200", 5)]
    assert product.run("SELECT id FROM people UNION SELECT person FROM orders") == [(3,)]


def test_a_row_of_two_people_is_anonymized_for_both(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    both = [person("delete", ANNA), person("delete", ("phone", "111"))]

    done = delete(product, call, tables(delete=HASH), *both)

    assert [(o.code, o.records) for o in done] == [("6000-200", 3), ("6000-200", 5)]
    emails = [email for (email,) in product.run("SELECT email FROM people ORDER BY id")]
    assert [email.startswith("anon:") for email in emails] == [True, True, False]
    assert emails[0] != emails[1]


def test_a_hash_is_the_same_in_every_database(database: Make, call: Call) -> None:
    product = database("""
        CREATE TABLE people (id INTEGER PRIMARY KEY, code VARCHAR(60));
        INSERT INTO people VALUES (1, 'åsa');""")
    tables = of_code(delete={"do": "anonymize", "columns": {"code": {"hash": True}}})

    delete(product, call, tables, person("delete", ("member", "åsa")))

    inner = hashlib.sha256("pepperåsa".encode()).hexdigest()
    digest = hashlib.sha256(f"pepper{inner}".encode()).hexdigest()
    assert product.run("SELECT code FROM people") == [(f"anon:{digest[:32]}",)]


def test_who_was_anonymized_by_another_request_is_not_found_by_what_is_gone(
    database: Make, call: Call
) -> None:
    product = database(PEOPLE)
    mapping = tables(delete=HASH, orders={"delete": {"do": "keep", "reason": "books"}})
    delete(product, call, mapping, person("delete", CY))

    [again] = delete(product, call, mapping, person("delete", CY))

    assert (again.code, again.records, again.detail) == ("6052-200", 0, "")


def test_who_was_anonymized_and_is_found_still_has_nothing_left_to_do(
    database: Make, call: Call
) -> None:
    product = database(PEOPLE)
    delete(product, call, tables(delete=NAME), person("delete", CY))

    [again] = delete(product, call, tables(delete=NAME), person("delete", CY))

    assert (again.code, again.records) == ("6052-200", 0)
    assert product.run("SELECT name FROM people WHERE id = 3") == [("erased",)]


def test_a_repeat_of_an_anonymized_person_tells_what_was_begun(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    first = person("delete", CY)
    [done] = delete(product, call, tables(delete=NAME), first)

    [again] = delete(
        product, call, tables(delete=NAME), person("delete", CY, begun=call.begun[first.id])
    )

    assert (again.code, again.records) == (done.code, done.records) == ("6000-200", 2)


def test_a_row_that_came_after_the_first_time_is_anonymized_too(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    delete(product, call, tables(delete=NAME), person("delete", CY))
    product.run("INSERT INTO people VALUES (4, 'cy@example.org', '4', 'Cy again')")

    [again] = delete(product, call, tables(delete=NAME), person("delete", CY))

    assert (again.code, again.records) == ("6000-200", 1)
    assert product.run("SELECT count(*) FROM people WHERE name = 'erased'") == [(2,)]


def test_one_batch_anonymizes_some_and_purges_others(database: Make, call: Call) -> None:
    product = database(PEOPLE)

    done = delete(
        product, call, tables(delete=HASH), person("delete", CY, purge=True), person("delete", ANNA)
    )

    assert [o.code for o in done] == ["6000-200"] * 2
    assert product.run("SELECT id FROM people ORDER BY id") == [(1,), (2,)]


def test_what_is_kept_is_counted_apart_and_told_with_its_reason(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    keep = {"do": "keep", "reason": "Bookkeeping act"}
    mapping = tables(delete=HASH, orders={"delete": keep})

    [done] = delete(product, call, mapping, person("delete", ANNA))

    assert (done.code, done.records, done.detail) == ("6000-200", 1, "sql.kept")
    assert done.params == {"kept": 2, "reasons": "Bookkeeping act"}
    assert outcomes.detail(done.detail, done.params) == "2 records are kept: Bookkeeping act"
    assert product.run("SELECT count(*) FROM orders") == [(4,)]


def test_a_purge_may_keep_too(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    keep = {"do": "keep", "reason": "Warranty"}
    mapping = tables(purge=keep, orders={"purge": keep})

    [done] = delete(product, call, mapping, person("delete", ANNA, purge=True))

    assert (done.records, done.params["reasons"]) == (0, "Warranty")
    assert product.run("SELECT count(*) FROM people") == [(3,)]


@pytest.mark.parametrize("when", ["", "DEFERRABLE INITIALLY DEFERRED"])
def test_nothing_is_said_to_be_begun_where_a_constraint_forbids_it(
    postgresql: Make, call: Call, when: str
) -> None:
    product = postgresql(f"""{PEOPLE}
        CREATE TABLE loans (id int PRIMARY KEY, person int REFERENCES people {when});
        INSERT INTO loans VALUES (1, 3);""")

    with pytest.raises(BadData) as caught:
        delete(product, call, tables(), person("delete", CY))

    assert (caught.value.code, caught.value.detail) == ("1021-400", "sql.constraint")
    assert caught.value.params == {"table": "loans", "constraint": "loans_person_fkey"}
    assert call.begun == {}
    assert product.run("SELECT count(*) FROM people") == [(3,)]


@pytest.mark.parametrize(
    ("column", "how"),
    [
        ("email", None),
        ("email", {"value": "x" * 70}),
        ("phone", {"value": "no"}),
    ],
)
def test_a_value_that_the_table_forbids_is_told_without_dependents(
    postgresql: Make, call: Call, column: str, how: Any
) -> None:
    product = postgresql(f"""{PEOPLE}
        ALTER TABLE people ALTER email SET NOT NULL, ADD CHECK (phone <> 'no');""")
    policy = {"do": "anonymize", "columns": {column: how}}

    with pytest.raises(BadData) as caught:
        delete(product, call, tables(delete=policy), person("delete", CY))

    assert "depend" not in outcomes.detail(caught.value.detail, caught.value.params)
    assert call.begun == {}


def test_a_trigger_that_refuses_is_about_a_person_not_the_product(
    postgresql: Make, call: Call
) -> None:
    product = postgresql(f"""{PEOPLE}
        CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN RAISE EXCEPTION 'not %', OLD.email; END $$;
        CREATE TRIGGER no BEFORE DELETE ON people FOR EACH ROW EXECUTE FUNCTION no();""")

    with pytest.raises(BadData) as caught:
        delete(product, call, tables(), person("delete", CY))

    assert caught.value.detail == "sql.refused"
    assert "@" not in str(caught.value.params)


def test_settings_that_the_database_cannot_follow_are_not_a_silence(
    postgresql: Make, call: Call
) -> None:
    product = postgresql(PEOPLE)
    policy = {"do": "anonymize", "columns": {"id": {"hash": True}}}

    with pytest.raises(ProductUnavailable) as caught:
        delete(product, call, tables(delete=policy), person("delete", CY))

    assert caught.value.detail == "sql.structure"


def test_json_is_anonymized_and_known_again(postgresql: Make, call: Call) -> None:
    product = postgresql(f"""{PEOPLE}
        ALTER TABLE people ADD notes json, ADD tags jsonb, ADD kinds text[];
        UPDATE people SET notes = '[1]', tags = '[1]', kinds = '{{a}}';""")
    columns = {"notes": {"value": {"erased": True}}, "tags": {"value": []}, "kinds": None}
    mapping = tables(delete={"do": "anonymize", "columns": columns}, orders={
        "delete": {"do": "keep", "reason": "books"}})  # fmt: skip

    [done] = delete(product, call, mapping, person("delete", CY))
    [again] = delete(product, call, mapping, person("delete", CY))

    assert (done.records, again.records) == (1, 0)
    assert product.run("SELECT notes, tags, kinds FROM people WHERE id = 3") == [
        ({"erased": True}, [], None)
    ]


def test_phones_are_compared_by_their_digits_whatever_is_done_with_the_row(
    database: Make, call: Call
) -> None:
    contacts = database("""
        CREATE TABLE contacts (id INTEGER PRIMARY KEY, phone TEXT, name TEXT);
        INSERT INTO contacts VALUES (1, '+46 70-123', 'Ann'), (2, '4670 123', 'Ann again'),
            (3, '46 70 124', 'Bo');
    """)
    phone = [{"namespace": "phone", "column": "phone"}]
    for policy in ({"do": "anonymize", "columns": {"name": None}}, {"do": "delete"}):
        processor = SqlProcessor(
            contacts.document({"contacts": {"identities": phone, "delete": policy}})
        )

        [outcome] = call(processor, "delete", person("delete", ("phone", "0046 70 123"[2:])))

        assert (outcome.code, outcome.records) == ("6000-200", 2)
    assert contacts.run("SELECT id, name FROM contacts") == [(3, "Bo")]
