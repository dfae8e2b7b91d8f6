"""Working on a batch: every assignment is answered, and bad data split off until alone."""

from __future__ import annotations

import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Sequence

import structlog

from jobs.processors.base import (
    Assignment,
    BadData,
    Batch,
    LeaseLost,
    Outcome,
    Pending,
    Processor,
    ProductUnavailable,
    TryAgain,
)
from jobs.processors.content import ContentWriter
from jobs.rules import outcomes
from jobs.rules.states import Step

log = structlog.get_logger(__name__)
AT_ONCE = 5  # tries after a deadlock or lock time-out at the product, before it counts as a failure

Answer = Outcome | Pending
MakeBatch = Callable[[Sequence[Assignment]], Batch]


class OutOfTime(Exception):
    """The batch's time is over; what has no answer yet is left to a later, smaller claim."""


def answers(
    processor: Processor, step: str, assignments: Sequence[Assignment], make_batch: MakeBatch
) -> Iterator[Answer]:
    """An answer for every assignment. ProductUnavailable, LeaseLost and OutOfTime end it early."""
    parts = [list(assignments)]
    while parts:
        part = parts.pop()
        answered: set[uuid.UUID] = set()
        batch = make_batch(part)
        try:
            for answer in _patiently(processor, step, batch, answered):
                answered.add(answer.assignment_id)
                yield answer
        except (ProductUnavailable, LeaseLost, OutOfTime):
            raise
        except Exception as error:
            rest = [a for a in part if a.id not in answered]
            if batch.seconds_left() <= 0:
                raise OutOfTime from None
            if len(rest) == 1:
                yield failure(rest[0], error)
            elif rest:
                half = len(rest) // 2
                parts += [rest[half:], rest[:half]]
        else:
            yield from (unanswered(a) for a in part if a.id not in answered)


def _patiently(
    processor: Processor, step: str, batch: Batch, answered: set[uuid.UUID]
) -> Iterator[Answer]:
    """Tries again at once after a deadlock and the like, as long as nothing was answered yet."""
    for again in range(AT_ONCE):
        try:
            yield from call(processor, step, batch)
            return
        except TryAgain:
            if answered or again == AT_ONCE - 1 or batch.seconds_left() <= 0:
                raise
            time.sleep(0.05 * 2**again)


def call(processor: Processor, step: str, batch: Batch) -> Iterator[Answer]:
    """The processor's method for a step; answers for strangers and repeated ones are dropped."""
    method = {
        Step.PROCESS: processor.process,
        Step.POLL: processor.poll,
        Step.CANCEL: processor.cancel,
    }
    wanted = {assignment.id for assignment in batch.assignments}
    for answer in method[Step(step)](batch):
        if answer.assignment_id in wanted:
            wanted.discard(answer.assignment_id)
            yield answer
        else:
            log.error("processor.stray_answer", processor=processor.kind)


def failure(assignment: Assignment, error: Exception) -> Outcome:
    """What an error says of the one person that it is about."""
    if isinstance(error, BadData):
        return Outcome(assignment.id, error.code, error.detail, error.params, retry=error.retry)
    if isinstance(error, TryAgain):
        return Outcome(assignment.id, outcomes.JOB_FAILED, "engine.busy", retry=True)
    reference = uuid.uuid4().hex[:8]
    # The message of an unknown exception may hold a value: only its kind and places are logged.
    places = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]]
    log.error(
        "processor.failed",
        error=type(error).__name__,
        at=places,
        reference=reference,
        response=str(assignment.id),
    )
    return Outcome(
        assignment.id,
        outcomes.UNEXPECTED,
        "engine.unexpected",
        {"error": type(error).__name__, "reference": reference},
        retry=True,
    )


def unanswered(assignment: Assignment) -> Outcome:
    return Outcome(assignment.id, outcomes.UNEXPECTED, "engine.unanswered", retry=True)


class Writers:
    """The content writers of a batch: an assignment that is tried again in a smaller part begins
    with an empty one, and what nobody finished is discarded."""

    def __init__(self, make: Callable[[uuid.UUID], ContentWriter]) -> None:
        self._make = make
        self._open: dict[uuid.UUID, ContentWriter] = {}

    def open(self, assignment_id: uuid.UUID) -> ContentWriter:
        if before := self._open.pop(assignment_id, None):
            before.discard()
        writer = self._open[assignment_id] = self._make(assignment_id)
        return writer

    def keep(self, assignment_id: uuid.UUID) -> None:
        """Its content is in an answer now."""
        self._open.pop(assignment_id, None)

    def discard(self) -> None:
        for writer in self._open.values():
            writer.discard()
        self._open.clear()
