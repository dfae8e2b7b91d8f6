"""Files that are not what they should be, and some that only look so."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from jobs.processors.base import ProductUnavailable
from jobs.processors.files import FilesProcessor
from tests.processors.batches import Call, files, person
from tests.processors.folders import ANNA, EMAIL, VISITS, document, put, run


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
