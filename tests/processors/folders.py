"""Files as a product: put into a folder, described in settings, and looked at afterwards."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

from jobs.processors.base import Assignment, Outcome
from jobs.processors.files import FilesProcessor
from tests.processors.batches import Call

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


def put(folder: Path, name: str, data: bytes) -> Path:
    """Compressed, where the name ends so; `content` is the way back."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.name.endswith(".gz") else data


def document(folder: Path, **tables: Any) -> dict[str, Any]:
    """The settings of such a product; a table is files of one shape."""
    return {"url": str(folder), "tables": tables}


def run(call: Call, given: dict[str, Any], action: str, *people: Assignment) -> list[Outcome]:
    assert FilesProcessor.validate(given) == []
    return call(FilesProcessor(given), action, *people)


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))
