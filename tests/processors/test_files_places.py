"""Where files may be, and which of them a pattern finds."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from jobs.processors.base import ProductUnavailable
from jobs.processors.files import FilesProcessor, places
from tests.processors.batches import Call, person
from tests.processors.folders import ANNA, EMAIL, VISITS, document, put, run


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
