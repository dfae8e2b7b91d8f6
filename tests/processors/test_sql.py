"""The SQL processor where it is put to the test: constraints, types, repeats, wrong settings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobs.processors.base import BadData, LeaseLost, Outcome, ProductUnavailable, TryAgain
from jobs.processors.sql import SqlProcessor
from tests.processors.batches import Call, files, person

SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, number INTEGER, photo BLOB, weight REAL);
CREATE TABLE loans (id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES people (id));
"""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path, settings: Any) -> Path:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    path = tmp_path / "library.sqlite"
    with opened(path) as connection:
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?)",
            [(n, f"p{n}@example.org", n, b"\x00\xff", float("inf")) for n in range(1, 6)],
        )
        connection.execute("INSERT INTO loans VALUES (1, 3)")
    return path


def document(path: Path, **people: Any) -> dict[str, Any]:
    identities = [
        {"namespace": "email", "column": "email"},
        {"namespace": "member", "column": "number"},
    ]
    return {"url": f"sqlite:///{path}", "tables": {"people": {"identities": identities, **people}}}


def emails(path: Path) -> list[Any]:
    with opened(path) as connection:
        return [row[0] for row in connection.execute("SELECT email FROM people ORDER BY id")]


def test_a_constraint_is_bad_data_that_names_no_value(path: Path, call: Call) -> None:
    people = [person("delete", ("email", f"p{n}@example.org")) for n in (1, 3)]

    with pytest.raises(BadData) as caught:
        call(SqlProcessor(document(path)), "delete", *people)

    assert caught.value.code == "1021-400"
    assert "@" not in str(caught.value.params)
    assert len(emails(path)) == 5


@pytest.mark.parametrize("value", ["abc", "9" * 38, "1.5", "", "-", "²"])
def test_a_value_that_cannot_be_of_the_columns_type_is_not_found(
    path: Path, call: Call, value: str
) -> None:
    [outcome] = call(SqlProcessor(document(path)), "access", person("access", ("member", value)))

    assert outcome.code == "6052-200"


def test_binary_and_endless_numbers_survive_as_json(path: Path, call: Call) -> None:
    [outcome] = call(SqlProcessor(document(path)), "access", person("access", ("member", "2")))

    assert files(outcome)["people.json"][0] == {
        "id": 2, "email": "p2@example.org", "number": 2, "photo": "AP8=", "weight": "inf",
    }  # fmt: skip


def test_only_the_named_columns_are_given(path: Path, call: Call) -> None:
    processor = SqlProcessor(document(path, give=["number"]))

    [outcome] = call(processor, "access", person("access", ("member", "2")))

    assert files(outcome) == {"people.json": [{"number": 2}]}


def test_a_lost_lease_destroys_nothing(path: Path, call: Call) -> None:
    def lost(told: dict[Any, Outcome]) -> None:
        raise LeaseLost

    call._begin = lost  # type: ignore[method-assign]

    with pytest.raises(LeaseLost):
        call(SqlProcessor(document(path)), "delete", person("delete", ("member", "1")))
    assert len(emails(path)) == 5


def test_a_hash_is_left_alone_on_a_repeat(path: Path, call: Call) -> None:
    policy = {"do": "anonymize", "columns": {"email": {"hash": True}}}
    settings = {**document(path, delete=policy), "hash_key": "pepper"}
    call(SqlProcessor(settings), "delete", person("delete", ("member", "1")))
    hashed = emails(path)

    [outcome] = call(SqlProcessor(settings), "delete", person("delete", ("member", "1")))

    assert outcome.code == "6052-200"
    assert emails(path) == hashed


def test_a_table_that_is_missing_is_the_products_fault(path: Path, call: Call) -> None:
    settings = document(path)
    settings["tables"]["nothing"] = settings["tables"].pop("people")

    with pytest.raises(ProductUnavailable) as caught:
        call(SqlProcessor(settings), "access", person("access", ("member", "2")))

    assert caught.value.detail == "sql.structure"


def test_a_locked_database_is_tried_again(
    path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.processors.sql.dialects.sqlite.LOCK_SECONDS", 0.1)
    with opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")

        with pytest.raises(TryAgain):
            call(SqlProcessor(document(path)), "delete", person("delete", ("member", "1")))


def test_a_person_of_many_rows_is_streamed_to_a_file(path: Path, call: Call) -> None:
    with opened(path) as connection:
        connection.execute(
            "INSERT INTO people SELECT value + 10, 'many@example.org', value, NULL, NULL"
            " FROM generate_series(1, 30000)"
            if connection.execute(
                "SELECT 1 FROM pragma_module_list WHERE name='generate_series'"
            ).fetchone()
            else "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
            " WHERE value < 30000) INSERT INTO people"
            " SELECT value + 10, 'many@example.org', value, NULL, NULL FROM n"
        )
    few, many = person("access", ("member", "5")), person("access", ("email", "many@example.org"))

    outcomes = call(SqlProcessor(document(path)), "access", few, many)

    assert outcomes[1].records == 30000
    assert outcomes[1].content is not None
    assert outcomes[1].content.path is not None
    assert outcomes[1].content.files[0].records == 30000


def test_every_problem_of_a_document_is_told_with_its_place(settings: Any) -> None:
    wrong = {
        "url": "mysql://root:secret@db/x",
        "tables": {
            "a": {"identities": [{"namespace": "email"}], "give": [], "colour": 1},
            "b": {"parent": {"table": "c", "column": "x", "parent_column": "y"}},
            "d": {"parent": {"table": "d", "column": "x", "parent_column": "y"}},
            "e": {"identities": [{"namespace": "email", "column": "x"}],
                  "delete": {"do": "anonymize", "columns": {"x": {"hash": True}, "y": 5}},
                  "purge": {"do": "keep"}},
        },
    }  # fmt: skip

    problems = SqlProcessor.validate(wrong)

    assert {problem.path for problem in problems} == {
        "url",
        "hash_key",
        "tables.a.identities[0].column",
        "tables.a.give",
        "tables.a.colour",
        "tables.b.parent.table",
        "tables.d.parent.table",
        "tables.e.delete.columns.y",
        "tables.e.purge.reason",
    }
    assert "secret" not in str(problems)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/passwd",
        "sqlite://",
        "postgresql://u@127.0.0.1/other",
        "postgresql://u@169.254.169.254/x",
        "postgresql://u@10.0.0.1/x?options=-c",
        "not a url",
    ],
)
def test_addresses_that_nobody_allowed_are_refused(url: str) -> None:
    problems = SqlProcessor.validate({"url": url, "tables": {"a": {"identities": [
        {"namespace": "email", "column": "x"}]}}})  # fmt: skip

    assert {problem.path for problem in problems} == {"url"}


def test_the_portals_own_database_is_refused(settings: Any) -> None:
    own = settings.DATABASES["default"]
    settings.PRODUCT_PRIVATE_HOSTS = ["127.0.0.1"]
    url = f"postgresql://u@{own['HOST'] or '127.0.0.1'}:{own['PORT']}/{own['NAME']}"

    problems = SqlProcessor.validate({**document(Path("x")), "url": url})

    assert any("own database" in problem.message for problem in problems)
