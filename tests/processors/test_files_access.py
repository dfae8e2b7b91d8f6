"""What an access gives of files: everyone's lines in one pass, as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.processors.files import places
from tests.processors.batches import Call, files, person
from tests.processors.folders import ANNA, BO, BOTH, CY, EMAIL, VISITS, document, put, run


def test_everyones_lines_are_given_in_one_pass(
    folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "visits-1.csv", VISITS)
    put(folder, "visits-2.csv.gz", VISITS)
    opened: list[str] = []
    read = places.Folder.open
    monkeypatch.setattr(
        places.Folder, "open", lambda self, name: (opened.append(name), read(self, name))[1]
    )
    given = document(folder, visits={"files": "visits*", "format": "csv", "identities": BOTH})

    anna, bo, nobody = run(
        call, given, "access", person("access", ANNA), person("access", BO, ("phone", "1-1-1")),
        person("access", ("email", "x@example.org")),
    )  # fmt: skip

    assert len(opened) == 2
    assert (anna.code, anna.records) == ("6000-200", 2)
    assert files(anna)["visits.json"][0] == {
        "email": "anna@example.org", "phone": "111", "note": "two\r\nlines, and a comma",
    }  # fmt: skip
    assert (bo.records, bo.processed) == (6, (0, 1))
    assert (nobody.code, nobody.content) == ("6052-200", None)


def test_json_lines_are_given_digit_by_digit(folder: Path, call: Call) -> None:
    line = '{"id": 7, "email": "anna@example.org", "price": 0.10, "big": 12345678901234567890.5}\n'
    put(folder, "events/year=2024/a.jsonl", line.encode())
    put(folder, "events/year=2025/b.jsonl", b'{"id": "7"}\n\n{"id": 7.5}\n{"id": null}\n')
    given = document(
        folder,
        **{"events/year=*/*.jsonl": {"identities": [{"namespace": "member", "column": "id"}]}},
    )

    [done] = run(call, given, "access", person("access", ("member", "7")))

    assert done.records == 2
    assert done.content is not None
    assert done.content.files[0].name == "events-year=-.jsonl.json"
    assert b'"price":0.10,"big":12345678901234567890.5' in (done.content.body or b"")


def test_only_the_named_columns_are_given(folder: Path, call: Call) -> None:
    put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL, "give": ["phone"]}})

    [done] = run(call, given, "access", person("access", CY))

    assert files(done) == {"visits.csv.json": [{"phone": "111"}]}


def test_a_foreign_namespace_is_not_valid(folder: Path, call: Call) -> None:
    put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL}})

    [done] = run(call, given, "access", person("access", ("ecid", "1")))

    assert (done.code, done.ignored) == ("6053-200", (0,))
