"""The processor for what no program reaches: people do the work, and say what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy, ngettext

from jobs.processors.base import (
    Assignment,
    Batch,
    Desk,
    Finding,
    Outcome,
    Pending,
    Problem,
    Processor,
    TaskSaid,
)
from jobs.processors.content import Content
from jobs.processors.manual import document
from jobs.processors.manual.sentences import SENTENCES
from jobs.rules import outcomes
from jobs.rules.states import Action
from jobs.rules.task_answers import TaskAnswer

ENDING = re.compile(r"\.[a-z0-9]{1,5}$", re.ASCII | re.IGNORECASE)
ASK_AFTER = 30 * 86_400.0  # seconds: an answer is told, and then asked for at once


class ManualProcessor(Processor):
    """See docs/manual-tasks.md."""

    kind = "manual"
    label = gettext_lazy("People")
    purpose = gettext_lazy(
        "For paper, and for systems that only people reach: they get tasks, and say what came of "
        "them."
    )
    icon = "users"
    fields = document.FIELDS
    sentences = SENTENCES
    pending_days = 365

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        return list(document.problems(settings))

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        people = len({*(mapping.get("members") or ()), *(mapping.get("outside") or ())})
        words = ngettext(
            "%(n)s person sees to it, within %(days)s days",
            "%(n)s people see to it in turn, within %(days)s days",
            people,
        )
        return [words % {"n": people, "days": mapping.get("days") or document.DAYS}]

    @property
    def actions(self) -> frozenset[str]:
        told = {Action.OPT_OUT} if self.settings.get("opt_out_instructions") else set()
        return super().actions | told

    @property
    def namespaces(self) -> frozenset[str] | None:
        given = self.settings.get("namespaces")
        return frozenset(name.lower() for name in given) if given else None

    def process(self, batch: Batch) -> Iterator[Outcome | Pending]:
        given = [assignment for assignment in batch.assignments if self._shown(assignment)]
        for assignment in batch.assignments:
            if not self._shown(assignment):
                ignored = tuple(i.position for i in assignment.identities)
                yield Outcome(assignment.id, outcomes.NAMESPACE_NOT_VALID, ignored=ignored)
        if not given:
            return
        if batch.action != Action.ACCESS:
            batch.begin({a.id: Outcome(a.id, outcomes.SUCCESS) for a in given})
        _desk(batch).give(
            [assignment.id for assignment in given],
            members=document.addresses(self.settings, "members"),
            outside=document.addresses(self.settings, "outside"),
            days=self.settings.get("days") or document.DAYS,
        )
        yield from map(_waiting, given)

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        said = _desk(batch).said([assignment.id for assignment in batch.assignments])
        for assignment in batch.assignments:
            if answer := said.get(assignment.id):
                yield self._outcome(batch, assignment, answer)
            else:
                yield _waiting(assignment)

    def cancel(self, batch: Batch) -> Iterator[Outcome]:
        ended = _desk(batch).withdraw([assignment.id for assignment in batch.assignments])
        for assignment in batch.assignments:
            if assignment.id in ended:
                yield Outcome(assignment.id, outcomes.SUCCESS)
            else:
                yield Outcome(assignment.id, outcomes.JOB_FAILED, "manual.answered")

    def test_connection(self) -> list[Finding]:
        people = [
            address
            for name in ("members", "outside")
            for address in document.addresses(self.settings, name)
        ]
        told = ngettext(
            "%(n)s person will be written to when there is work.",
            "%(n)s people will be written to when there is work.",
            len(people),
        )
        return [Finding("ok", told % {"n": len(people)})]

    def _shown(self, assignment: Assignment) -> list[int]:
        """The places of the identities that people are shown."""
        names = self.namespaces
        return [i.position for i in assignment.identities if names is None or i.namespace in names]

    def _outcome(self, batch: Batch, assignment: Assignment, said: TaskSaid) -> Outcome:
        shown = tuple(self._shown(assignment))
        rest = tuple(i.position for i in assignment.identities if i.position not in shown)
        if said.answer == TaskAnswer.REFUSED:
            return Outcome(assignment.id, outcomes.JOB_FAILED, f"manual.{said.refusal}")
        if said.answer == TaskAnswer.NOTHING:
            ignored = tuple(i.position for i in assignment.identities)
            return Outcome(assignment.id, outcomes.NOT_FOUND, ignored=ignored)
        content = _content(batch, assignment) if batch.action == Action.ACCESS else None
        return Outcome(
            assignment.id,
            outcomes.SUCCESS,
            records=said.records,
            processed=shown,
            ignored=rest,
            content=content,
        )


def _waiting(assignment: Assignment) -> Pending:
    return Pending(assignment.id, str(assignment.id), ASK_AFTER, "manual.given")


def _desk(batch: Batch) -> Desk:
    assert batch.desk is not None
    return batch.desk


def _content(batch: Batch, assignment: Assignment) -> Content:
    """Their files, numbered: a name that somebody gave may name the person, and stands in clear."""
    writer = batch.content(assignment.id)
    for number, (name, body) in enumerate(_desk(batch).files(assignment.id), 1):
        ending = ENDING.search(name)
        with writer.file(f"document-{number}{ending[0].lower() if ending else ''}") as file:
            file.write(body)
    return writer.finish()
