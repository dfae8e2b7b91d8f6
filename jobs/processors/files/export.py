"""What an access gives: the lines of everyone in a batch, as JSON, in one pass over the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack

from jobs.processors.base import Assignment, Batch
from jobs.processors.content import Content, ContentWriter, OpenFile
from jobs.processors.files.document import Table
from jobs.processors.files.places import Place
from jobs.processors.files.scanning import Wanted, read, within

UNSAFE = re.compile(r"[^\w.=-]+")


def give(
    place: Place, files: Iterable[tuple[Table, Sequence[str]]], batch: Batch
) -> Iterator[tuple[Assignment, int, Content]]:
    """For everyone of whom there is something: how many rows, and the content."""
    writers: dict[int, ContentWriter] = {}
    counts: dict[int, int] = {}
    for table, names in files:
        if wanted := Wanted(table, batch.assignments):
            _give(place, wanted, names, batch, writers, counts)
    for person, writer in sorted(writers.items()):
        yield batch.assignments[person], counts[person], writer.finish()


def _give(
    place: Place,
    wanted: Wanted,
    names: Sequence[str],
    batch: Batch,
    writers: dict[int, ContentWriter],
    counts: dict[int, int],
) -> None:
    """Each person's file of the table is open until the last of the table's files was read."""
    table, open_files = wanted.table, dict[int, OpenFile]()
    with ExitStack() as stack:
        for name in names:
            with read(place, table, name) as found:
                whose = wanted.whose(found)
                for _raw, row in within(found, batch.deadline):
                    for person in whose(row):
                        if person not in open_files:
                            file = _writer(person, batch, writers).file(name_of(table))
                            open_files[person] = stack.enter_context(file)
                        _add(open_files[person], found.given(row, table.give))
                        counts[person] = counts.get(person, 0) + 1
        for opened in open_files.values():
            opened.write(b"\n]\n")


def _writer(person: int, batch: Batch, writers: dict[int, ContentWriter]) -> ContentWriter:
    if person not in writers:
        writers[person] = batch.content(batch.assignments[person].id)
    return writers[person]


def _add(file: OpenFile, row: bytes) -> None:
    file.write((b",\n" if file.entry.records else b"[\n") + row)
    file.entry.records += 1


def name_of(table: Table) -> str:
    """The file of a table, which may be called by its pattern."""
    return f"{UNSAFE.sub('-', table.name).strip('-.') or 'files'}.json"
