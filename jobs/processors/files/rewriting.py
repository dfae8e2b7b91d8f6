"""A file without the lines that go: written beside it, read again, and put in its place at once."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jobs.processors.base import ProductUnavailable, TryAgain
from jobs.processors.files.document import COMPRESSED
from jobs.processors.files.formats import opened, rows
from jobs.processors.files.places import Place
from jobs.processors.files.scanning import (
    Scan,
    Tally,
    explained,
    fixed,
    read,
    toucher,
    within,
)


def write(place: Place, scan: Scan, successor: Path, until: float) -> None:
    """Writes what is to replace a file. TryAgain where it is not what was counted any more."""
    rest, whole = Tally(), Tally()
    policy = scan.policy
    with read(place, scan.wanted.table, scan.name) as found, _written(successor, scan.name) as out:
        touched = toucher(scan.wanted, found, policy)
        values = fixed(policy) if policy.do == "anonymize" else None
        out.write(found.head)
        for raw, row in within(found, until):
            if not touched(row):
                rest.add(raw)
            elif values is None:
                continue
            else:
                raw = found.changed(raw, row, values)
            whole.add(raw)
            out.write(raw)
    if rest.told != scan.rest:
        raise TryAgain
    _verify(place, scan, successor, whole, until)


def unchanged(place: Place, scan: Scan) -> None:
    """TryAgain where somebody has changed a file since it was looked at."""
    with explained(place.shown(scan.name)):
        if place.version(scan.name) != scan.version:
            raise TryAgain


def put(place: Place, scan: Scan, successor: Path) -> None:
    """Unless somebody has changed the file since."""
    unchanged(place, scan)
    with explained(place.shown(scan.name)):
        place.replace(scan.name, successor)


@contextmanager
def _written(path: Path, name: str) -> Iterator[IO[bytes]]:
    """On the disk at the end; compressed as the file that it is to replace."""
    with path.open("wb") as file:
        if name.endswith(COMPRESSED):
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
                buffered = io.BufferedWriter(packed, 1 << 16)  # type: ignore[arg-type]
                yield buffered
                buffered.flush()
                buffered.detach()
        else:
            yield file
        file.flush()
        os.fsync(file.fileno())


def _verify(place: Place, scan: Scan, successor: Path, whole: Tally, until: float) -> None:
    """Reads again what was written: the same lines, and none of them to be touched any more."""
    again = Tally()
    with (
        explained(place.shown(scan.name)),
        opened(successor.open("rb"), scan.name) as file,
    ):
        found = rows(file, scan.wanted.table)
        touched = toucher(scan.wanted, found, scan.policy)
        left = 0
        for raw, row in within(found, until):
            again.add(raw)
            left += bool(touched(row))
    if left or again.told != whole.told:
        raise ProductUnavailable("files.not_written", {"name": place.shown(scan.name)})
