"""A processor that does as people's e-mail addresses say: answers late, refuses, hangs, lies, dies.

What it keeps is in files below its folder, so that it is the same for every process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from jobs.processors.base import (
    Assignment,
    BadData,
    Batch,
    NotHeard,
    Outcome,
    Pending,
    Problem,
    Processor,
    ProductUnavailable,
    TryAgain,
)
from jobs.rules.states import Action


class TrialProcessor(Processor):
    """Settings: {"folder": …}. The word before "@" says what happens to a person."""

    kind = "trial"
    batches: list[list[str]] = []  # the people of each call, in this process

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.folder = Path(settings["folder"])

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(Action.values)

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        return []

    def process(self, batch: Batch) -> Iterator[Outcome | Pending]:
        type(self).batches.append([self.word(a) for a in batch.assignments])
        if (self.folder / "down").exists():
            raise ProductUnavailable("engine.bad_settings", {"error": "down"}, retry_after=0)
        for assignment in batch.assignments:
            if self.word(assignment) == "poison":
                raise BadData("1021-400", "engine.bad_action")
            if self.word(assignment) == "killer":
                os.kill(os.getpid(), signal.SIGKILL)
            if self.word(assignment) == "stuck":
                time.sleep(3600)
            if self.word(assignment) == "hang" and self.first(assignment, "hang"):
                self.wait_for("go-on")
            if self.word(assignment) == "bug":
                raise ValueError(assignment.identities[0].value)
            if self.word(assignment) == "deadlock" and self.first(assignment, "deadlock"):
                raise TryAgain
        if batch.action == "delete":
            found = [a for a in batch.assignments if self.word(a) != "nobody"]
            batch.begin({a.id: Outcome(a.id, "6000-200", records=1) for a in found})
        for assignment in batch.assignments:
            yield from self.answer(batch, assignment)

    def hear(self, headers: Mapping[str, str], body: bytes) -> list[str]:
        if headers.get("x-secret") != "trial":
            raise NotHeard
        return body.decode().split()

    def answer(self, batch: Batch, assignment: Assignment) -> Iterator[Outcome | Pending]:
        word = self.word(assignment)
        if word == "late":
            yield Pending(assignment.id, "ticket", 0)
        elif word == "never":
            yield Pending(assignment.id, "never", 3600)
        elif word == "refuse":
            yield Outcome(assignment.id, "1010-400", "engine.bad_action")
        elif word == "flaky" and self.first(assignment, "flaky"):
            yield Outcome(assignment.id, "1020-400", retry=True)
        elif word == "partial":
            yield Outcome(assignment.id, "6054-200")
        elif word == "stray":
            yield Outcome(uuid4(), "6000-200")
        elif word == "silent":
            return
        elif word == "nonsense":
            yield Outcome(assignment.id, "9999-000", "no.such\x00detail", {"nul": "\x00"})
        elif word == "empty":
            yield Outcome(assignment.id, "6000-200", records=3)
        elif word == "stall" and self.first(assignment, "stall"):
            self.wait_for("go-on")
            yield self.done(batch, assignment)
        elif word == "slow":
            time.sleep(1.5)
            yield self.done(batch, assignment)
        elif word == "nobody" or (batch.action == "delete" and not self.first(assignment, "gone")):
            yield Outcome(assignment.id, "6052-200")
        else:
            yield self.done(batch, assignment)

    def done(self, batch: Batch, assignment: Assignment) -> Outcome:
        if batch.action == "delete":
            return Outcome(assignment.id, "6000-200", records=1)
        if batch.action == Action.OPT_OUT:
            with (self.folder / "told").open("a") as file:
                file.writelines(f"{i.value} {i.opted_out}\n" for i in assignment.identities)
            looked = tuple(i.position for i in assignment.identities)
            return Outcome(assignment.id, "6000-200", records=1, processed=looked)
        writer = batch.content(assignment.id)
        with writer.file("people.json") as file:
            file.write(b'[{"word":"%s"}]' % self.word(assignment).encode())
            file.entry.records = 1
        return Outcome(assignment.id, "6000-200", records=1, content=writer.finish())

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        for assignment in batch.assignments:
            if self.first(assignment, "polled") or assignment.reference == "never":
                yield Pending(assignment.id, assignment.reference, 0)
            else:
                yield self.done(batch, assignment)

    def cancel(self, batch: Batch) -> Iterator[Outcome | Pending]:
        for assignment in batch.assignments:
            yield Outcome(assignment.id, "6000-200")

    def wait_for(self, name: str) -> None:
        """Hangs until a test makes the file, and says when it hangs and when no more."""
        (self.folder / "hanging").touch()
        end = time.monotonic() + 60
        while not (self.folder / name).exists() and time.monotonic() < end:
            time.sleep(0.05)
        (self.folder / "hanging").unlink()

    def word(self, assignment: Assignment) -> str:
        return assignment.identities[0].value.partition("@")[0].partition("+")[0]

    def first(self, assignment: Assignment, name: str) -> bool:
        """True once for each assignment and name."""
        try:
            (self.folder / f"{name}-{assignment.id}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True
