"""The processor for files: lines that are found, go, are blanked, and stay as they were."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from jobs.processors.base import Assignment, LeaseLost, Outcome, ProductUnavailable, TryAgain
from jobs.processors.files import FilesProcessor, places, rewriting
from jobs.processors.registry import processor_class
from tests.processors.batches import Call, files, person

VISITS = (
    b"email,phone,note\r\n"
    b'anna@example.org,111,"two\r\nlines, and a comma"\r\n'
    b"Bo@Example.org ,222,\r\n"
    b"\r\n"
    b'cy@example.org,111,"said ""no"""\r\n'
)
EMAIL = [{"namespace": "email", "column": "email"}]
BOTH = [*EMAIL, {"namespace": "phone", "column": "phone"}]
ANNA, BO, CY = (("email", f"{name}@example.org") for name in ("anna", "bo", "cy"))
BLANK = {"do": "anonymize", "columns": {"note": None, "phone": {"value": "none"}}}
KEEP = {"do": "keep", "reason": "bookkeeping"}


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PRODUCT_FILE_DIRS = [tmp_path / "products"]
    folder = tmp_path / "products" / "exports"
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.name.endswith(".gz") else data


def document(folder: Path, **tables: Any) -> dict[str, Any]:
    return {"url": str(folder), "tables": tables}


def run(call: Call, given: dict[str, Any], action: str, *people: Assignment) -> list[Outcome]:
    assert FilesProcessor.validate(given) == []
    return call(FilesProcessor(given), action, *people)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


# --- access ------------------------------------------------------------------------------------


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


# --- delete ------------------------------------------------------------------------------------


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


def test_a_lost_lease_changes_nothing(folder: Path, call: Call) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL}})

    class Late(Call):
        def _begin(self, told: Any) -> None:
            assert len(names(folder)) == 2  # it was written already
            raise LeaseLost

    with pytest.raises(LeaseLost):
        run(Late(call.folder), given, "delete", person("delete", ANNA))

    assert path.read_bytes() == VISITS
    assert names(folder) == ["visits.csv"]


@pytest.mark.parametrize("when", ["written", "begun"])
def test_a_file_that_somebody_changed_meanwhile_is_tried_again(
    folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL}})
    more = VISITS + b"dan@example.org,4,\r\n"
    if when == "written":
        write = rewriting.write

        def and_then(*args: Any) -> None:
            write(*args)
            path.write_bytes(more)

        monkeypatch.setattr(rewriting, "write", and_then)
    else:
        monkeypatch.setattr(call, "_begin", lambda told: path.write_bytes(more))

    with pytest.raises(TryAgain):
        run(call, given, "delete", person("delete", ANNA))

    assert path.read_bytes() == more
    assert names(folder) == ["visits.csv"]


def test_what_was_not_written_as_it_should_be_is_not_put_in_place(
    folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder, "visits.csv", VISITS)
    given = document(folder, **{"visits.csv": {"identities": EMAIL}})
    verify = rewriting._verify

    def broken(place: Any, scan: Any, successor: Path, *rest: Any) -> None:
        successor.write_bytes(successor.read_bytes()[:-3] + b"x\r\n")
        verify(place, scan, successor, *rest)

    monkeypatch.setattr(rewriting, "_verify", broken)

    with pytest.raises(ProductUnavailable):
        run(call, given, "delete", person("delete", ANNA))

    assert path.read_bytes() == VISITS
    assert call.begun == {}


CRASH = """
import django; django.setup()
import os, sys, time
from pathlib import Path
from jobs.processors.files import FilesProcessor, places
from tests.processors.batches import Call, person
put = places.Folder.replace
def replace(self, name, successor):
    if sys.argv[2] == "before":
        os._exit(9)
    put(self, name, successor)
    os._exit(9)
places.Folder.replace = replace
tables = {"*.csv": {"identities": [{"namespace": "email", "column": "email"}]}}
Call(Path("/nowhere"))(FilesProcessor({"url": sys.argv[1], "tables": tables}), "delete",
    person("delete", ("email", "anna@example.org")))
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_leaves_the_old_file_or_the_new_one(folder: Path, call: Call, when: str) -> None:
    for name in ("a.csv", "b.csv"):
        put(folder, name, VISITS)
    environment = {**os.environ, "PRODUCT_FILE_DIRS": str(folder.parent)}
    dead = subprocess.run([sys.executable, "-c", CRASH, str(folder), when], env=environment)
    assert dead.returncode == 9
    whole = [(folder / name).read_bytes() == VISITS for name in ("a.csv", "b.csv")]

    [done] = run(call, document(folder, **{"*.csv": {"identities": EMAIL}}), "delete",
                 person("delete", ANNA))  # fmt: skip

    assert whole == ([True, True] if when == "before" else [False, True])
    assert done.records == sum(whole)
    assert names(folder) == ["a.csv", "b.csv"]
    assert b"anna" not in (folder / "a.csv").read_bytes() + (folder / "b.csv").read_bytes()


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


# --- files that are not what they should be ----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "detail"),
    [
        ("v.csv", b"mail,x\nanna@example.org,1\n", "files.structure"),
        ("v.csv", b'email,x\n"anna@example.org,1\nbo@example.org,2\n', "files.malformed"),
        ("v.csv", b"email,x\n\xff\xfe,1\n", "files.malformed"),
        ("v.csv", b"email\n" + b"x" * 9_000_000, "files.malformed"),
        ("v.jsonl", b'{"email":"anna@example.org"}\n{"email":\n', "files.malformed"),
        ("v.jsonl", b'["anna@example.org"]\n', "files.malformed"),
    ],
    ids=["column", "quote", "encoding", "endless", "cut", "list"],
)
def test_a_file_that_cannot_be_read_is_left_alone_and_told(
    folder: Path, call: Call, name: str, data: bytes, detail: str
) -> None:
    path = put(folder, name, data)
    given = document(folder, **{name: {"identities": EMAIL}})

    with pytest.raises(ProductUnavailable) as caught:
        run(call, given, "delete", person("delete", ANNA))

    assert caught.value.detail == detail
    assert "anna" not in str(caught.value.params)
    assert path.read_bytes() == data
    assert [f.level for f in FilesProcessor(given).test_connection()].count("error") in (0, 1)


@pytest.mark.parametrize(
    "data", [gzip.compress(VISITS, mtime=0)[:-12], b"no gzip at all"], ids=["cut", "none"]
)
def test_a_broken_archive_is_told(folder: Path, call: Call, data: bytes) -> None:
    (folder / "v.csv.gz").write_bytes(data)
    given = document(folder, **{"v.csv.gz": {"identities": EMAIL}})

    with pytest.raises(ProductUnavailable) as caught:
        run(call, given, "access", person("access", ANNA))

    assert caught.value.detail == "files.malformed"


@pytest.mark.parametrize("data", [b"", b"email\n", b"\xef\xbb\xbfemail\r\nanna@example.org"])
def test_empty_files_and_marks_of_the_byte_order_are_no_obstacle(
    folder: Path, call: Call, data: bytes
) -> None:
    path = put(folder, "v.csv", data)
    given = document(folder, **{"v.csv": {"identities": EMAIL}})

    [done] = run(call, given, "delete", person("delete", ANNA))

    assert done.records == data.count(b"anna")
    assert path.read_bytes() == data.removesuffix(b"anna@example.org")


def test_other_delimiters_and_encodings(folder: Path, call: Call) -> None:
    put(folder, "v.csv", "email;namn\nåsa@example.org;Åsa\n".encode("latin-1"))
    table = {"identities": EMAIL, "delimiter": ";", "encoding": "latin-1"}

    [done] = run(call, document(folder, **{"v.csv": table}), "access",
                 person("access", ("email", "ÅSA@example.org")))  # fmt: skip

    assert files(done)["v.csv.json"] == [{"email": "åsa@example.org", "namn": "Åsa"}]


# --- where files may be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["/etc", "file:///etc", "{folder}/../..", "{folder}/none", "s3://bucket/x", "http://h/x",
     "memory://x", "simplecache::file:///etc", "ftp://h/x", "github://a:b@/", "", "zip://x"],
)  # fmt: skip
def test_places_that_nobody_allowed_are_refused(folder: Path, url: str) -> None:
    given = {**document(folder, **{"v.csv": {"identities": EMAIL}}),
             "url": url.format(folder=folder)}  # fmt: skip

    assert {problem.path for problem in FilesProcessor.validate(given)} - {"secret"} == {"url"}


@pytest.mark.parametrize(
    "endpoint",
    ["http://storage.example.org", "https://127.0.0.1", "https://169.254.169.254", "file:///etc"],
)
def test_private_endpoints_are_refused(folder: Path, endpoint: str) -> None:
    given = {"url": "s3://bucket", "secret": "x", "endpoint": endpoint,
             "tables": {"v.csv": {"identities": EMAIL}}}  # fmt: skip

    assert "endpoint" in {problem.path for problem in FilesProcessor.validate(given)}


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, call: Call) -> None:
    outside = put(folder.parent.parent, "secret.csv", VISITS)
    (folder / "v.csv").symlink_to(outside)
    given = document(folder, **{"v.csv": {"identities": EMAIL}})

    with pytest.raises(ProductUnavailable) as caught:
        run(call, given, "delete", person("delete", ANNA))

    assert caught.value.detail == "files.outside"
    assert outside.read_bytes() == VISITS


def test_a_bucket_gets_a_new_object(folder: Path, call: Call) -> None:
    system = fsspec.filesystem("memory")
    system.pipe("/bucket/a/year=1/v.csv.gz", gzip.compress(VISITS))
    system.pipe("/bucket/other/v.csv.gz", b"")
    bucket = places.Place(system, "/bucket/a")
    given = document(folder, **{"year=*/*.csv.gz": {"identities": EMAIL}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "place", lambda settings: bucket)

        [seen] = run(call, given, "access", person("access", ANNA))
        [done] = run(call, given, "delete", person("delete", ANNA))

    assert (seen.records, done.records) == (1, 1)
    assert b"anna" not in gzip.decompress(system.cat("/bucket/a/year=1/v.csv.gz"))
    assert system.find("/bucket/a") == ["/bucket/a/year=1/v.csv.gz"]
    system.rm("/bucket", recursive=True)


def test_a_folder_without_any_file_is_no_answer(folder: Path, call: Call) -> None:
    with pytest.raises(ProductUnavailable) as caught:
        run(call, document(folder, **{"v.csv": {"identities": EMAIL}}), "delete",
            person("delete", ANNA))  # fmt: skip

    assert caught.value.detail == "files.none"


def test_a_part_that_cannot_be_listed_is_not_passed_over(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(MemoryFileSystem):
        cachable = False
        store: dict[str, Any] = {}
        pseudo_dirs = [""]

        def ls(self, path: str, detail: bool = True, **options: Any) -> Any:
            if path.rstrip("/").endswith("year=2"):
                raise PermissionError
            return super().ls(path, detail, **options)

    system = Closed()
    for year in (1, 2):
        system.pipe(f"/lake/year={year}/v.csv", VISITS)
    given = {"url": "s3://lake", "tables": {"year=*/*.csv": {"identities": EMAIL}}}
    monkeypatch.setattr(places, "place", lambda settings: places.Place(system, "/lake"))

    with pytest.raises(ProductUnavailable, match=r"files\.permission"):
        call(FilesProcessor(given), "access", person("access", ANNA))


def test_what_is_no_file_is_left_alone(folder: Path, call: Call) -> None:
    put(folder, "v.csv", VISITS)
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()

    [done] = run(call, document(folder, **{"*.csv": {"identities": EMAIL}}), "access",
                 person("access", ANNA))  # fmt: skip

    assert done.records == 1


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a.csv", ["a.csv"]),
        ("*.csv", ["a.csv"]),
        ("x/y=1/b.csv", ["x/y=1/b.csv"]),
        ("x/y=*/*.csv", ["x/y=1/b.csv", "x/y=2/b.csv"]),
        ("x/*/b.csv", ["x/y=1/b.csv", "x/y=2/b.csv"]),
        ("**/*.csv", ["a.csv", "x/y=1/b.csv", "x/y=2/b.csv", "x/y=2/z/c.csv"]),
        ("x/**", ["x/y=1/b.csv", "x/y=2/b.csv", "x/y=2/z/c.csv"]),
        ("x/y=[1]/*", ["x/y=1/b.csv"]),
        ("none/*.csv", []),
        ("A.csv", []),
    ],
)
def test_patterns_find_files(folder: Path, pattern: str, found: list[str]) -> None:
    for name in ("a.csv", "x/y=1/b.csv", "x/y=2/b.csv", "x/y=2/z/c.csv", "x/.b.csv", ".z/b.csv"):
        put(folder, name, b"")
    place = places.place({"url": str(folder)})

    assert [place.shown(name) for name in place.files(pattern)] == found


# --- settings, look, preview, count ------------------------------------------------------------


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
