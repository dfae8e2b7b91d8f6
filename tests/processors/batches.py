"""Batches for a processor without an engine."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from jobs.processors.base import Assignment, Batch, Identity, Named, Outcome, Processor
from jobs.processors.content import ContentWriter

ANNA = ("email", "anna@example.org")


class Call:
    """One call of `process`: what was begun, what was answered, what was given out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun: dict[UUID, Outcome] = {}
        self.out: set[Named] = set()  # identities whose present choice is out

    def __call__(
        self, processor: Processor, action: str, *assignments: Assignment
    ) -> list[Outcome]:
        batch = Batch(
            action,
            assignments,
            time.monotonic() + 60,
            self._begin,
            self._content,
            self.out.intersection,
        )
        try:
            answers = {answer.assignment_id: answer for answer in processor.process(batch)}
        finally:
            processor.close()
        return [answers[a.id] for a in assignments]  # type: ignore[misc]

    def _begin(self, told: Mapping[UUID, Outcome]) -> None:
        self.begun.update(told)

    def _content(self, assignment_id: UUID) -> ContentWriter:
        return ContentWriter(lambda number, data: data, self.folder / f"{assignment_id}-1")


def person(action: str, *identities: tuple[str, str], **more: object) -> Assignment:
    given = tuple(Identity(n, name, value) for n, (name, value) in enumerate(identities))
    return Assignment(uuid4(), action, given, **more)  # type: ignore[arg-type]


def gdpr(action: str, *identities: tuple[str, str], **more: object) -> Assignment:
    """Of Anna, unless others are named."""
    return person(action, *(identities or (ANNA,)), regulation="gdpr", **more)


def files(outcome: Outcome) -> dict[str, list[dict[str, object]]]:
    """File name → its rows."""
    assert outcome.content is not None
    body = outcome.content.body
    assert body is not None
    found, start = {}, 0
    for file in outcome.content.files:
        found[file.name] = json.loads(body[start : start + file.size])
        assert len(found[file.name]) == file.records
        start += file.size
    return found
