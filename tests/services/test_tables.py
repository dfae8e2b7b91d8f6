"""Files of a package as tables: whatever a product wrote, nothing of it is believed."""

from __future__ import annotations

import json
import time

import pytest

from jobs.services import tables


def rows(data: object, **more: object) -> list[tables.Table]:
    return list(tables.read("a.json", json.dumps(data).encode(), **more).tables)  # type: ignore[arg-type]


def test_a_list_of_objects_is_rows_under_all_their_names() -> None:
    [table] = rows([{"id": 1, "price": 12.50}, {"id": 2, "tags": ["a", "b"], "note": None}])

    assert table.columns == ["id", "price", "tags", "note"]
    assert table.rows == [["1", "12.5", "", ""], ["2", "", "a, b", ""]]
    assert (table.total, table.hidden) == (2, 0)


def test_numbers_stand_as_they_were_written() -> None:
    data = b'[{"id": 12345678901234567890123, "price": 12.50, "big": 1e400}]'

    [table] = tables.read("a.json", data).tables

    assert table.rows == [["12345678901234567890123", "12.50", "1e400"]]


def test_a_document_is_names_and_values_and_a_table_for_each_part() -> None:
    name, address, orders = rows(
        {
            "name": "Ann",
            "address": {"city": "Umeå"},
            "orders": [{"id": 1, "to": {"city": "Umeå", "zip": "90325"}}],
        }
    )

    assert name.headless
    assert name.rows == [["name", "Ann"]]
    assert (address.title, address.rows) == ("address", [["city", "Umeå"]])
    assert (orders.title, orders.columns) == ("orders", ["id", "to"])
    assert orders.rows == [["1", "city: Umeå, zip: 90325"]]


def test_two_hundred_rows_are_shown_and_the_total_said() -> None:
    [table] = rows([{"n": n} for n in range(1000)])

    assert len(table.rows) == tables.ROWS
    assert (table.total, table.hidden) == (1000, 800)


def test_of_the_beginning_of_a_large_list_whole_rows_are_shown() -> None:
    data = json.dumps([{"n": n} for n in range(1000)]).encode()[:5000]

    [counted] = tables.read("a.json", data, whole=False, records=1000).tables
    [uncounted] = tables.read("a.json", data, whole=False).tables

    assert counted.rows[-1] == [str(tables.ROWS - 1)]
    assert counted.total == 1000
    assert uncounted.total is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_rows_under_its_headings(separator: str) -> None:
    text = f"\ufeffid{separator}name\n1{separator}Ann\n2\n"

    [table] = tables.read("a.csv", text.encode()).tables

    assert table.columns == ["id", "name"]
    assert table.rows == [["1", "Ann"], ["2", ""]]


def test_lines_of_json_are_rows() -> None:
    [table] = tables.read("a.jsonl", b'{"id":1}\n{"id":2}\n{"id":', whole=False, records=7).tables

    assert table.rows == [["1"], ["2"]]
    assert table.hidden == 5


def test_a_text_is_shown_as_text_and_its_end_said_to_be_missing() -> None:
    short = tables.read("a.txt", "Kära vän".encode())
    long = tables.read("a.txt", b"x" * (tables.TEXT + 1))

    assert (short.text, short.cut) == ("Kära vän", False)
    assert (len(long.text), long.cut) == (tables.TEXT, True)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", bytes(range(256)), b"a\x00b"])
def test_what_is_no_text_is_not_shown(data: bytes) -> None:
    assert not tables.read("a.json", data).shown


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 5000,
        b'{"a":' * 5000,
        b"[1, 2",
        b'{"a": 1',
        b"[]",
        b'[{"a": 1}, 2]',
        b'["\\ud800"]',
        b'{"\\ud800": {"\\ud800": 1}}',
        b'a,"b\nc',
    ],
    ids=range(9),
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv"])
def test_broken_and_nasty_files_are_shown_somehow_and_quickly(name: str, data: bytes) -> None:
    began = time.perf_counter()

    reading = tables.read(name, data)

    words = [reading.text]
    for table in reading.tables:
        words += [table.title, *table.columns, *(cell for row in table.rows for cell in row)]
    "".join(words).encode()  # as the page will
    assert time.perf_counter() - began < 10


def test_html_of_a_product_stays_text() -> None:
    assert tables.read("a.html", b"<script>1</script>").text == "<script>1</script>"
