"""The settings of files: checked, tested, proposed, described, and tried before a delete."""

from __future__ import annotations

import json
from pathlib import Path

from jobs.processors.files import FilesProcessor
from jobs.processors.registry import processor_class
from tests.processors.batches import person
from tests.processors.folders import ANNA, BLANK, BO, BOTH, EMAIL, KEEP, VISITS, document, put


def test_every_problem_of_a_document_is_told_with_its_place(folder: Path) -> None:
    wrong = {
        "url": str(folder), "colour": 1,
        "tables": {
            "a.csv": {"identities": [{"namespace": "email"}], "give": [], "delimiter": ",,"},
            "b": {"identities": EMAIL, "encoding": "utf-16"},
            "../c.csv": {"identities": EMAIL, "delete": {"do": "keep"}},
            "d.csv": {"identities": EMAIL,
                      "purge": {"do": "anonymize", "columns": {"email": {"hash": True}}}},
            "e": {"files": 5, "format": "xml"},
        },
    }  # fmt: skip

    assert {problem.path for problem in FilesProcessor.validate(wrong)} == {
        "colour",
        "tables.a.csv.identities[0].column",
        "tables.a.csv.give",
        "tables.a.csv.delimiter",
        "tables.b.encoding",
        "tables.b.format",
        "tables.../c.csv",
        "tables.../c.csv.delete.reason",
        "tables.d.csv.purge.columns.email",
        "tables.e.files",
        "tables.e.format",
        "tables.e.identities",
    }


def test_files_of_one_shape_are_one_table(folder: Path) -> None:
    for month in ("01", "02"):
        put(folder, f"visits/year=2024/part-{month}.csv", VISITS)
    put(folder, "people.jsonl", b'{"email": "anna@example.org", "password": "x", "n": 1}\n')
    put(folder, "readme.md", b"no data")
    put(folder, ".hidden.csv", VISITS)

    found = processor_class("files").look({"url": str(folder)}, [])

    assert [(t.name, [(c.name, c.label) for c in t.columns]) for t in found] == [
        ("people.jsonl", [("email", "email"), ("password", "secret"), ("n", "")]),
        ("visits/year=*/part-*.csv", [("email", "email"), ("phone", ""), ("note", "personal")]),
    ]


def test_one_person_before_a_delete(folder: Path) -> None:
    put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL, "delete": BLANK}})

    [table] = FilesProcessor(given).preview(person("access", BO), 10)

    assert (table.columns, table.count, table.do) == (["email", "phone", "note"], 1, "anonymize")
    assert table.rows == [["Bo@Example.org ", "222", ""]]
    assert table.changed == {"phone", "note"}


def test_a_delete_is_counted_beforehand(folder: Path) -> None:
    path = put(folder, "visits.csv", VISITS)
    put(folder, "kept.csv", VISITS)
    given = document(
        folder,
        **{"visits.csv": {"identities": BOTH}, "kept.csv": {"identities": EMAIL, "delete": KEEP}},
    )

    found = FilesProcessor(given).count([person("delete", ANNA, ("phone", "111"))], 10)

    assert [(t.name, t.erase, t.keep) for t in found] == [("visits.csv", 2, 0), ("kept.csv", 0, 1)]
    assert path.read_bytes() == VISITS


def test_the_connection_test_tells_what_is_lacking(folder: Path) -> None:
    put(folder, "visits.csv", VISITS)
    given = document(
        folder,
        **{
            "visits.csv": {
                "identities": [{"namespace": "member", "column": "nr"}], "give": ["email", "hat"],
                "delete": {"do": "anonymize", "columns": {"shoe": None}},
            },
            "none*.csv": {"identities": EMAIL},
        },
    )  # fmt: skip

    found = FilesProcessor(given).test_connection()

    assert [(f.level, f.path) for f in found] == [
        ("ok", ""),
        ("error", "tables.visits.csv.identities[0].column"),
        ("error", "tables.visits.csv.give"),
        ("error", "tables.visits.csv.delete.columns.shoe"),
        ("warning", "tables.none*.csv"),
    ]
    assert json.dumps([f.message for f in found])


def test_the_settings_say_in_words_what_an_action_does(folder: Path) -> None:
    given = document(
        folder,
        **{"a.csv": {"identities": EMAIL}, "b.csv": {"identities": EMAIL, "delete": KEEP}},
    )

    assert FilesProcessor.describe(given, "delete") == [
        "Erases rows in 1 table",
        "keeps b.csv (bookkeeping)",
    ]
