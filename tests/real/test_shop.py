"""The SQL processor on a database that nobody here wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.processors.sql import SqlProcessor
from tests.processors.batches import Call, files, person
from tests.real.shops import Shop

LUIS, LEONIE = "luisg@embraer.com.br", "leonekohler@surfeu.de"


@pytest.fixture
def call(tmp_path: Path) -> Call:
    return Call(tmp_path)


def test_the_mapping_is_valid_and_its_connection_works(shop: Shop) -> None:
    assert SqlProcessor.validate(shop.document()) == []
    processor = SqlProcessor(shop.document())
    findings = processor.test_connection()
    processor.close()
    assert findings[0].level == "ok"
    assert not [finding for finding in findings if finding.level == "error"]


def test_access_gives_exactly_what_is_the_customers(shop: Shop, call: Call) -> None:
    [outcome] = call(
        SqlProcessor(shop.document()), "access", person("access", ("email", LUIS.upper()))
    )

    given = files(outcome)
    ((customer,),) = shop.query(f'SELECT "CustomerId" FROM "Customer" WHERE "Email"=\'{LUIS}\'')
    invoices = shop.query(f'SELECT "InvoiceId" FROM "Invoice" WHERE "CustomerId"={customer}')
    lines = shop.query(
        'SELECT l."InvoiceLineId" FROM "InvoiceLine" l JOIN "Invoice" i'
        f' ON l."InvoiceId" = i."InvoiceId" WHERE i."CustomerId"={customer}'
    )
    assert [row["CustomerId"] for row in given["Customer.json"]] == [customer]
    assert {(row["InvoiceId"],) for row in given["Invoice.json"]} == set(invoices)
    assert {(row["InvoiceLineId"],) for row in given["InvoiceLine.json"]} == set(lines)
    assert outcome.records == 1 + len(invoices) + len(lines)
    assert outcome.processed == (0,)


def test_decimals_are_given_as_written(shop: Shop, call: Call) -> None:
    [outcome] = call(SqlProcessor(shop.document()), "access", person("access", ("email", LUIS)))

    assert outcome.content is not None
    assert outcome.content.body is not None
    assert b'"UnitPrice":0.99' in outcome.content.body


def test_delete_leaves_every_other_row_as_it_was(shop: Shop, call: Call) -> None:
    before = shop.checksums({1, 2})

    outcomes = call(
        SqlProcessor(shop.document()),
        "delete",
        person("delete", ("email", LUIS)),
        person("delete", ("phone", "+49 711 2842222"), ("email", LEONIE)),
        person("delete", ("email", "nobody@example.org")),
        person("delete", ("ecid", "1")),
    )

    assert [o.code for o in outcomes] == ["6000-200", "6000-200", "6052-200", "6053-200"]
    assert shop.checksums({1, 2}) == before
    assert shop.query('SELECT * FROM "Customer" WHERE "CustomerId" IN (1, 2)') == []
    assert shop.query('SELECT * FROM "Invoice" WHERE "CustomerId" IN (1, 2)') == []
    assert set(call.begun) == {o.assignment_id for o in outcomes[:2]}


def test_anonymizing_changes_the_named_columns_of_one_customer(shop: Shop, call: Call) -> None:
    policy = {"do": "anonymize", "columns": {
        "Email": {"hash": True}, "LastName": {"value": "gone"}, "Phone": None,
    }}  # fmt: skip
    processor = SqlProcessor(shop.document(delete=policy))
    before = shop.checksums({1})

    [outcome] = call(processor, "delete", person("delete", ("email", LUIS)))

    ((email, last, phone, first),) = shop.query(
        'SELECT "Email", "LastName", "Phone", "FirstName" FROM "Customer" WHERE "CustomerId" = 1'
    )
    assert email.startswith("anon:")
    assert (last, phone) == ("gone", None)
    assert first != "gone"
    assert shop.checksums({1}) == before
    assert (outcome.code, outcome.records, outcome.detail) == ("6000-200", 1, "sql.kept")
    assert outcome.params["reasons"] == "Bookkeeping act"


def test_purge_deletes_where_anonymizing_is_the_rule(shop: Shop, call: Call) -> None:
    policy = {"do": "anonymize", "columns": {"Email": {"hash": True}}}
    document = shop.document(delete=policy)

    call(SqlProcessor(document), "delete", person("delete", ("email", LUIS), purge=True))

    assert shop.query('SELECT * FROM "Customer" WHERE "CustomerId" = 1') == []


def test_a_repeat_finds_nothing_and_tells_what_was_begun(shop: Shop, call: Call) -> None:
    processor = SqlProcessor(shop.document())
    first = person("delete", ("email", LUIS))
    [done] = call(processor, "delete", first)

    again = person("delete", ("email", LUIS), begun=call.begun[first.id])
    [repeated] = call(processor, "delete", again)

    assert (repeated.code, repeated.records) == (done.code, done.records)


def test_five_customers_in_one_batch_get_their_own(shop: Shop, call: Call) -> None:
    emails = shop.query('SELECT "Email", "CustomerId" FROM "Customer" ORDER BY 2 LIMIT 5')
    people = [person("access", ("email", email)) for email, _ in emails]

    outcomes = call(SqlProcessor(shop.document()), "access", *people)

    for outcome, (_, customer) in zip(outcomes, emails, strict=True):
        assert {row["CustomerId"] for row in files(outcome)["Invoice.json"]} == {customer}


def test_two_people_who_share_a_row_both_get_it_and_it_goes_once(shop: Shop, call: Call) -> None:
    [one, other] = call(
        SqlProcessor(shop.document()),
        "delete",
        person("delete", ("email", LUIS)),
        person("delete", ("phone", "+55 (12) 3923-5555")),
    )

    assert one.records == other.records > 1
