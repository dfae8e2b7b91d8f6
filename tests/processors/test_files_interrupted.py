"""Deletes that do not come to their end: each file is the old one or the new
one, never a part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jobs.processors.base import LeaseLost, ProductUnavailable, TryAgain
from jobs.processors.files import rewriting
from tests.processors.batches import Call, person
from tests.processors.folders import ANNA, EMAIL, VISITS, document, names, put, run


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
