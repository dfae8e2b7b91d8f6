"""The processor for CSV and JSON Lines in a folder or bucket."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext_lazy as _

from jobs.processors import answers, describe
from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    FoundTable,
    Outcome,
    Preview,
    Problem,
    Processor,
    ProductUnavailable,
    Touched,
)
from jobs.processors.files import checks, document, export, looking, places, rewriting
from jobs.processors.files.document import Table
from jobs.processors.files.fields import FIELDS
from jobs.processors.files.places import Place
from jobs.processors.files.scanning import Scan, Wanted, explained, read, scan, within
from jobs.processors.files.sentences import SENTENCES
from jobs.processors.mapping import Policy
from jobs.rules.states import Action

COUNTED: Mapping[str, str] = {"delete": "erase", "anonymize": "blank", "keep": "keep"}
Files = Sequence[tuple[Table, Sequence[str]]]
SHOWN, LONGEST = 5, 200  # rows of a preview, characters of a cell


class FilesProcessor(Processor):
    """See docs/files-processor.md for the settings document."""

    kind = "files"
    label = _("Files")
    purpose = _("Reads, deletes and blanks lines of CSV and JSON Lines in a folder or bucket.")
    icon = "file-text"
    fields = FIELDS
    sentences = SENTENCES
    secret_fields = frozenset({"key", "secret"})
    max_parallel = 1  # two that write one file anew would undo each other

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.tables = document.read(settings)
        self._namespaces = frozenset(i.namespace for t in self.tables for i in t.identities)

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        found = list(document.problems(settings))
        if not any(problem.path in ("", "url", "key", "secret", "endpoint") for problem in found):
            found += [Problem(path, told) for path, told in places.problems(settings)]
        return found

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        return describe.phrases(document.read(mapping), action)

    @property
    def namespaces(self) -> frozenset[str]:
        return self._namespaces

    def process(self, batch: Batch) -> Iterator[Outcome]:
        place, files = self._open()
        if batch.action == Action.ACCESS:
            yield from self._access(place, files, batch)
            return
        for purge in (False, True):
            chosen = [a for a in batch.assignments if a.purge == purge]
            if chosen:
                yield from self._delete(place, files, batch, chosen, purge)

    def _open(self) -> tuple[Place, Files]:
        """The place and its files. That there are none at all is no answer to anybody."""
        place = places.place(self.settings)
        files = [(table, place.files(table.files)) for table in self.tables]
        if not any(names for _table, names in files):
            raise ProductUnavailable("files.none")
        return place, files

    def _access(self, place: Place, files: Files, batch: Batch) -> Iterator[Outcome]:
        answered: set[UUID] = set()
        for assignment, records, content in export.give(place, files, batch):
            answered.add(assignment.id)
            yield answers.told(assignment, self._namespaces, records=records, content=content)
        for assignment in batch.assignments:
            if assignment.id not in answered:
                yield answers.nobody(assignment, self._namespaces)

    def _delete(
        self,
        place: Place,
        files: Files,
        batch: Batch,
        assignments: Sequence[Assignment],
        purge: bool,
    ) -> Iterator[Outcome]:
        """Everything is written, and read again, before anything is told to have begun; what comes
        then is a few renames."""
        scans = list(_scans(place, files, assignments, purge, batch.deadline))
        told = {
            assignment.id: outcome
            for person, assignment in enumerate(assignments)
            if (outcome := self._done(person, assignment, scans))
        }
        with ExitStack() as stack:
            ready = []
            for one in scans:
                if one.matches and one.policy.do != "keep":
                    with explained(place.shown(one.name)):
                        successor = stack.enter_context(place.successor(one.name))
                    rewriting.write(place, one, successor, batch.deadline)
                    ready.append((one, successor))
            for one, _successor in ready:
                rewriting.unchanged(place, one)
            if told:
                batch.begin(told)
            for one, successor in ready:
                rewriting.put(place, one, successor)
        for assignment in assignments:
            yield told.get(assignment.id) or answers.nobody(assignment, self._namespaces)

    def _done(self, person: int, assignment: Assignment, scans: Sequence[Scan]) -> Outcome | None:
        numbers = [(one.policy, one.counts[person]) for one in scans if person in one.counts]
        return answers.done(assignment, self._namespaces, numbers, "files.kept")

    def count(self, assignments: Sequence[Assignment], seconds: float) -> Sequence[Touched]:
        until = time.monotonic() + seconds
        purge = any(assignment.purge for assignment in assignments)
        place, files = self._open()
        numbers: dict[str, int] = {}
        for one in _scans(place, files, assignments, purge, until):
            name = one.wanted.table.name
            numbers[name] = numbers.get(name, 0) + one.matches
        return [
            Touched(t.name, **{COUNTED[_policy(t, purge).do]: numbers.get(t.name, 0)})
            for t in self.tables
        ]

    @classmethod
    def look(cls, settings: Mapping[str, Any], namespaces: Sequence[str]) -> Sequence[FoundTable]:
        return looking.look(settings, namespaces)

    def preview(self, assignment: Assignment, seconds: float) -> Sequence[Preview]:
        until = time.monotonic() + seconds
        place, files = self._open()
        found = (_preview(place, *one, assignment, until) for one in files)
        return [one for one in found if one.count]

    def test_connection(self) -> list[Finding]:
        return checks.findings(self.settings, self.tables)


def _scans(
    place: Place, files: Files, assignments: Sequence[Assignment], purge: bool, until: float
) -> Iterator[Scan]:
    for table, names in files:
        if wanted := Wanted(table, assignments):
            for name in names:
                yield scan(place, wanted, name, _policy(table, purge), until)


def _preview(
    place: Place, table: Table, names: Sequence[str], assignment: Assignment, until: float
) -> Preview:
    rows: list[dict[str, Any]] = []
    count = 0
    wanted = Wanted(table, [assignment])
    for name in names if wanted else ():
        with read(place, table, name) as found:
            whose = wanted.whose(found)
            for _raw, row in within(found, until):
                if whose(row):
                    count += 1
                    if len(rows) < SHOWN:
                        rows.append(msgspec.json.decode(found.given(row, table.give)))
    columns = list(table.give or dict.fromkeys(name for row in rows for name in row))
    policy = table.delete
    changed = columns if policy.do == "delete" else list(policy.columns)
    return Preview(
        table.name,
        columns,
        [[_text(row.get(name)) for name in columns] for row in islice(rows, SHOWN)],
        count,
        policy.do,
        frozenset(changed) if policy.do != "keep" else frozenset(),
        policy.reason,
    )


def _policy(table: Table, purge: bool) -> Policy:
    return table.purge if purge else table.delete


def _text(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
