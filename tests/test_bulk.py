"""What is sent to PostgreSQL in bulk arrives as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from privacyportal.bulk import as_json, grouped

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
AGAIN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def arrived(cast: str, value: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{cast}", [value])
        return cursor.fetchone()[0]


@AGAIN
@given(st.lists(TEXT))
def test_a_list_of_texts_arrives_as_an_array(db: None, texts: list[str]) -> None:
    assert arrived("text[]", texts) == texts


@AGAIN
@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_a_list_of_whole_numbers_arrives_as_an_array(db: None, numbers: list[int]) -> None:
    assert arrived("bigint[]", numbers) == numbers


def test_a_text_with_nul_is_refused_as_ever(db: None) -> None:
    with pytest.raises(DataError, match="NUL"):
        arrived("text[]", ["a\0b", "c"])


@pytest.mark.parametrize("mixed", [[None, "a"], [None, 1], [True, False], [b"\x00", b'"\\']])
def test_other_lists_arrive_too(db: None, mixed: list[Any]) -> None:
    kinds = {str: "text[]", int: "bigint[]", bool: "boolean[]", bytes: "bytea[]"}

    assert arrived(kinds[type(mixed[1])], mixed) == mixed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"a": "b"}, '{"a":"b"}'),
        ({"a": "\0b"}, '{"a":"b"}'),
        ([{"\0a": ["\0", 1]}], '[{"a":["",1]}]'),
        ({"a": "\\u0000"}, '{"a":"\\\\u0000"}'),
        ({"a": "\ud800b"}, '{"a":"?b"}'),
    ],
)
def test_json_is_what_postgresql_takes(db: None, given: Any, kept: str) -> None:
    text = as_json(given)

    assert text == kept
    assert arrived("jsonb", text) is not None


@AGAIN
@given(st.dictionaries(st.integers(1, 2**63 - 1), st.dictionaries(TEXT, st.integers(0, 3))))
def test_grouped_rows_are_unfolded_as_they_were(db: None, rows: dict[int, dict[str, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, value FROM json_to_recordset(%s::json) AS told (ids bigint[], value jsonb)"
            " CROSS JOIN unnest(told.ids) AS own (id)",
            [grouped(rows)],
        )
        arrived = {pk: json.loads(value) for pk, value in cursor.fetchall()}

    assert arrived == rows


def test_equal_rows_are_sent_once() -> None:
    assert grouped({1: "a", 2: "b", 3: "a"}) == (
        '[{"ids":[1,3],"value":"a"},{"ids":[2],"value":"b"}]'
    )
