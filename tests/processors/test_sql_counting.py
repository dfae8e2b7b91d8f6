"""What a delete would touch is counted as the delete would do it, and nothing is touched."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from jobs.processors.base import BadData, Touched
from jobs.processors.sql import SqlProcessor
from jobs.processors.sql.connect import only_read, open_engine, transaction
from tests.processors.batches import Call, person
from tests.processors.conftest import Make
from tests.processors.databases import delete
from tests.processors.orders import ANNA, BO, HASH, NAME, PEOPLE, tables

KEEP = {"delete": {"do": "keep", "reason": "bookkeeping"}}


def count(product: Any, mapping: Any, *people: Any, seconds: float = 20) -> dict[str, Touched]:
    processor = SqlProcessor(product.document(mapping))
    try:
        return {one.name: one for one in processor.count(people, seconds)}
    finally:
        processor.close()


def everything(product: Any) -> list[Any]:
    return [product.run(f"SELECT * FROM {table} ORDER BY 1") for table in ("people", "orders")]


def test_every_row_is_counted_once_whoever_it_belongs_to(database: Make) -> None:
    product = database(PEOPLE)
    before = everything(product)

    found = count(product, tables(), person("delete", ANNA), person("delete", BO, ("phone", "111")))

    assert found == {"people": Touched("people", erase=2), "orders": Touched("orders", erase=3)}
    assert everything(product) == before


def test_what_is_blanked_and_kept_is_told_apart(database: Make, call: Call) -> None:
    product = database(PEOPLE)
    mapping = tables(delete=NAME, orders=KEEP)

    found = count(product, mapping, person("delete", ANNA))

    assert found == {"people": Touched("people", blank=1), "orders": Touched("orders", keep=2)}
    delete(product, call, mapping, person("delete", ANNA))
    assert count(product, mapping, person("delete", ANNA))["people"] == Touched("people")


def test_a_purge_is_counted_as_a_purge(database: Make) -> None:
    product = database(PEOPLE)
    mapping = tables(delete=HASH, purge={"do": "delete"})

    assert count(product, mapping, person("delete", ANNA))["people"].blank == 1
    assert count(product, mapping, person("delete", ANNA, purge=True))["people"].erase == 1


def test_nobody_who_is_known_is_nought_in_every_table(database: Make) -> None:
    found = count(database(PEOPLE), tables(), person("delete", ("email", "x@example.org")))

    assert found == {"people": Touched("people"), "orders": Touched("orders")}


def test_the_database_itself_refuses_to_write_while_counting(database: Make) -> None:
    product = database(PEOPLE)
    engine = open_engine(product.url)

    def write_all_the_same() -> None:
        with transaction(engine, write=False, seconds=5) as connection:
            only_read(connection)
            connection.execute(text("DELETE FROM orders"))

    with pytest.raises(DBAPIError, match=r"(?i)read.?only"):
        write_all_the_same()

    with transaction(engine, write=True, seconds=5) as connection:
        connection.execute(text("DELETE FROM orders"))
    engine.dispose()
    assert product.run("SELECT count(*) FROM orders") == [(0,)]


def test_a_count_that_takes_too_long_ends(database: Make, monkeypatch: Any) -> None:
    product = database(PEOPLE)
    monkeypatch.setattr(time, "monotonic", iter([*range(0, 9000, 10)]).__next__)

    with pytest.raises(BadData, match="too_slow"):
        count(product, tables(), person("delete", ANNA), seconds=5)


def test_the_settings_say_in_words_what_an_action_does() -> None:
    mapping = {
        "tables": {
            **tables(delete=NAME, orders=KEEP),
            "visits": {"identities": [{"namespace": "ECID", "column": "ecid"}]},
        }
    }

    assert SqlProcessor.describe(mapping, "access") == ["Reads 3 tables"]
    assert SqlProcessor.describe(mapping, "delete") == [
        "Erases rows in 1 table",
        "blanks name in people",
        "keeps orders (bookkeeping)",
    ]
    assert SqlProcessor.describe(mapping, "opt-out-of-sale") == []
