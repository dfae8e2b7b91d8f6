"""What a delete does to files: lines go or are blanked, and all others stay byte by byte."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.processors.batches import Call, person
from tests.processors.folders import (
    ANNA,
    BLANK,
    BO,
    BOTH,
    EMAIL,
    KEEP,
    VISITS,
    content,
    document,
    names,
    put,
    run,
)


@pytest.mark.parametrize("name", ["visits.csv", "a/b=1/visits.csv.gz"])
def test_lines_go_and_all_others_stay_byte_by_byte(folder: Path, call: Call, name: str) -> None:
    path = put(folder, name, VISITS)
    path.chmod(0o640)
    other = put(folder, name.replace("visits", "others"), b"email\ndan@example.org\n")
    untouched = other.stat().st_ino
    given = document(folder, v={"files": f"**/*{name[-4:]}", "format": "csv", "identities": EMAIL})
    if name == "visits.csv":
        given["tables"]["v"]["files"] = "*.csv"

    anna, bo = run(call, given, "delete", person("delete", ANNA), person("delete", BO))

    assert (anna.records, bo.records) == (1, 1)
    assert content(path) == VISITS.splitlines(keepends=True)[0] + b"\r\n" + (
        b'cy@example.org,111,"said ""no"""\r\n'
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert other.stat().st_ino == untouched
    assert sorted(names(path.parent)) == sorted([path.name, other.name])


def test_a_line_of_two_people_counts_for_both(folder: Path, call: Call) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": BOTH}})

    done = run(call, given, "delete", person("delete", ANNA), person("delete", ("phone", "111")))

    assert [one.records for one in done] == [1, 2]
    assert content(path).count(b"@") == 1


def test_columns_are_blanked_once(folder: Path, call: Call) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL, "delete": BLANK}})

    [done] = run(call, given, "delete", person("delete", ANNA))
    blanked = content(path)
    before = path.stat().st_mtime_ns
    [again] = run(call, given, "delete", person("delete", ANNA))
    [repeat] = run(call, given, "delete", person("delete", ANNA, begun=call.begun[done.assignment_id]))  # noqa: E501  # fmt: skip

    assert b"anna@example.org,none,\r\nBo@Example.org ,222,\r\n\r\n" in blanked
    assert (done.records, again.code, repeat.records) == (1, "6052-200", 1)
    assert path.stat().st_mtime_ns == before


def test_json_is_blanked_and_the_rest_of_the_line_stays(folder: Path, call: Call) -> None:
    path = put(
        folder, "e.jsonl",
        b'{"email":"anna@example.org","note":"x","price":1.10}\r\n{"email":"bo@example.org"}',
    )  # fmt: skip
    given = document(folder, **{"e.jsonl": {"identities": EMAIL, "delete": BLANK}})

    run(call, given, "delete", person("delete", ANNA))
    run(call, given, "delete", person("delete", BO))

    assert content(path) == (
        b'{"email":"anna@example.org","note":null,"price":1.10}\r\n{"email":"bo@example.org"}'
    )


def test_what_is_kept_is_told_and_purges_go(folder: Path, call: Call) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL, "delete": KEEP}})

    [kept, purged] = run(
        call, given, "delete", person("delete", ANNA), person("delete", BO, purge=True)
    )

    assert (kept.detail, kept.params["kept"], kept.records) == ("files.kept", 1, 0)
    assert purged.records == 1
    assert content(path).count(b"@") == 2


def peak() -> int:
    """Bytes that this process had at most since this was asked last."""
    [line] = [one for one in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in one]
    Path("/proc/self/clear_refs").write_text("5")
    return int(line.split()[1]) * 1024


def test_memory_does_not_grow_with_a_file(folder: Path, call: Call) -> None:
    path = folder / "large.csv"
    line = b"%d,person%d@example.org," + b"x" * 180 + b"\n"
    with path.open("wb") as file:
        file.write(b"id,email,note\n")
        for n in range(200_000):
            file.write(line % (n, n))
    given = document(folder, **{"large.csv": {"identities": EMAIL}})
    people = [person("delete", ("email", f"person{n}@example.org")) for n in range(0, 9_000, 10)]
    peak()
    before = peak()

    done = run(call, given, "delete", *people)

    grown = peak() - before
    assert {one.records for one in done} == {1}
    assert path.stat().st_size > 35_000_000
    assert grown < 12_000_000
