"""A template of a processor: a newsletter whose readers stand in a JSON file, by e-mail address."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings as portal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    Outcome,
    Problem,
    Processor,
    ProductUnavailable,
    Setting,
)
from jobs.rules import outcomes
from jobs.rules.states import Action

Readers = dict[str, dict[str, Any]]


class NewsletterProcessor(Processor):
    kind = "newsletter"
    label = gettext_lazy("Newsletter")
    purpose = gettext_lazy("Reads and removes readers of the newsletter.")
    fields = (
        Setting("file", gettext_lazy("File"), gettext_lazy("Below a folder of PRODUCT_FILE_DIRS.")),
    )
    sentences = {"newsletter.away": gettext_lazy("The file of readers cannot be read.")}
    max_parallel = 1

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        """Every problem, each at its path."""
        if not isinstance(settings, Mapping):
            return [Problem("", _("The settings must be a JSON object."))]
        found = [Problem(name, _("This is unknown.")) for name in settings if name != "file"]
        file = settings.get("file")
        if not isinstance(file, str) or not file or "\0" in file:
            found.append(Problem("file", _("Name the file.")))
        elif not any(Path(file).resolve().is_relative_to(d) for d in portal.PRODUCT_FILE_DIRS):
            found.append(Problem("file", _("It must lie below a folder of PRODUCT_FILE_DIRS.")))
        return found

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        return [_("Removes the reader") if action == Action.DELETE else _("Gives the reader")]

    @property
    def namespaces(self) -> frozenset[str]:
        return frozenset({"email"})

    def process(self, batch: Batch) -> Iterator[Outcome]:
        readers = self._read()
        if batch.action == Action.DELETE:
            yield from self._delete(batch, readers)
            return
        for assignment in batch.assignments:
            yield self._access(batch, assignment, readers)

    def _access(self, batch: Batch, assignment: Assignment, readers: Readers) -> Outcome:
        found = [readers[email] for email in _emails(assignment) if email in readers]
        if not found:
            return _nobody(assignment)
        writer = batch.content(assignment.id)
        with writer.file("readers.json") as file:
            file.write(json.dumps(found).encode())
            file.entry.records = len(found)
        return _told(assignment, outcomes.SUCCESS, len(found), content=writer.finish())

    def _delete(self, batch: Batch, readers: Readers) -> Iterator[Outcome]:
        """What will be gone is told before: a repeat after a crash then tells the truth."""
        told = {}
        for assignment in batch.assignments:
            if count := sum(email in readers for email in _emails(assignment)):
                told[assignment.id] = _told(assignment, outcomes.SUCCESS, count)
        gone = {email for assignment in batch.assignments for email in _emails(assignment)}
        if told:
            batch.begin(told)  # LeaseLost goes through: then nothing may be changed
            self._write({email: it for email, it in readers.items() if email not in gone})
        for assignment in batch.assignments:
            yield told.get(assignment.id) or _nobody(assignment)

    def test_connection(self) -> list[Finding]:
        try:
            count = len(self._read())
        except ProductUnavailable:
            return [Finding("error", str(self.sentences["newsletter.away"]), "file")]
        return [Finding("ok", _("%(n)s readers.") % {"n": count})]

    def _read(self) -> Readers:
        try:
            found: Readers = json.loads(Path(self.settings["file"]).read_text())
        except (OSError, ValueError):  # for everyone, so that nobody's tries are used up
            raise ProductUnavailable("newsletter.away") from None
        return found

    def _write(self, readers: Readers) -> None:
        file = Path(self.settings["file"])
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(readers))
        os.replace(fresh, file)


def _emails(assignment: Assignment) -> list[str]:
    return [i.value.strip().lower() for i in assignment.identities if i.namespace == "email"]


def _nobody(assignment: Assignment) -> Outcome:
    if assignment.begun:  # an earlier try may have removed them
        return _told(assignment, outcomes.SUCCESS, assignment.begun.records)
    known = bool(_emails(assignment))
    return _told(assignment, outcomes.NOT_FOUND if known else outcomes.NAMESPACE_NOT_VALID, 0)


def _told(assignment: Assignment, code: str, records: int, **more: Any) -> Outcome:
    known = tuple(i.position for i in assignment.identities if i.namespace == "email")
    other = tuple(i.position for i in assignment.identities if i.namespace != "email")
    return Outcome(assignment.id, code, records=records, processed=known, ignored=other, **more)
