"""A turn: batches of one product, one after another, for at most ENGINE_TURN_SECONDS."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

import structlog
from django.conf import settings

from jobs.engine import availability
from jobs.engine.claim import Claim, Claimed, claim
from jobs.engine.desk import Desk
from jobs.engine.faults import fault
from jobs.engine.lease import Lease
from jobs.engine.limits import full_batch
from jobs.engine.load import Load, processor_for, rest
from jobs.engine.news import callback_url
from jobs.engine.record import Recorder, begin, give_back, opted_out
from jobs.engine.tallies import keep
from jobs.engine.verdicts import expired
from jobs.engine.wake import wake
from jobs.engine.work import OutOfTime, Writers, answers
from jobs.processors.base import (
    Assignment,
    Batch,
    LeaseLost,
    Outcome,
    Processor,
    ProductUnavailable,
)
from jobs.rules import outcomes
from jobs.rules.states import Step

log = structlog.get_logger(__name__)
LOGGED = 10  # requests, and jobs, that a line names


def turn(product_id: int) -> None:
    """Works on a product until nothing is due, or the turn's time is over."""
    end = time.monotonic() + settings.ENGINE_TURN_SECONDS
    while claimed := claim(product_id):
        fault("claimed")
        if claimed.more:  # another worker may join, and when this turn ends the next one follows
            wake([product_id])
        with structlog.contextvars.bound_contextvars(product=product_id, batch=str(claimed.token)):
            goes_on = _work(claimed)
        if not goes_on or time.monotonic() > end:
            return
    rest(product_id)


def _work(claimed: Claim) -> bool:
    """Claimed work, done and recorded. False when the product does not answer."""
    product = claimed.product
    assert product.current_settings_id is not None
    try:
        processor, number = processor_for(
            product.pk, product.processor, product.current_settings_id
        )
        load = Load(claimed, processor)
    except Exception as error:
        give_back(claimed, [response.id for response in claimed.responses], lost=False)
        log.exception("product.unusable")
        availability.down(product, "engine.bad_settings", {"error": type(error).__name__})
        return False
    return _Work(claimed, processor, load, number).run()


class _Work:
    """One batch: answers as they come, recorded while the lease lives."""

    def __init__(self, claimed: Claim, processor: Processor, load: Load, number: int) -> None:
        self.claim, self.processor, self.load = claimed, processor, load
        self.recorder = Recorder(claimed, load, number)
        self.writers = Writers(load.writer)
        self.deadline = time.monotonic() + settings.ENGINE_BATCH_SECONDS
        self.unavailable: ProductUnavailable | None = None
        alone_after = (full_batch(claimed.product).bit_length() + 1) // 2
        self.most_losses = alone_after + settings.ENGINE_MAX_LEASE_LOSSES

    def run(self) -> bool:
        late, start = False, time.monotonic()
        with Lease(self.claim, self.deadline, self.recorder.flush) as lease:
            try:
                self._answer()
            except ProductUnavailable as error:
                self.unavailable = error
            except (OutOfTime, LeaseLost) as error:
                late = isinstance(error, OutOfTime)
                log.warning("batch.ended", reason=type(error).__name__)
            finally:
                self.writers.discard()
            self.recorder.finish(lease)
            if self.recorder.open:
                give_back(self.claim, self.recorder.open, lost=late)
        seconds = time.monotonic() - start
        keep(self.claim, self.recorder.states, seconds)
        self._log(seconds)
        return self._tell_product()

    def _log(self, seconds: float) -> None:
        requests = list(self.load.requests.values())
        log.info(
            "batch.done",
            action=self.claim.action,
            step=self.claim.step,
            states={str(state): n for state, n in self.recorder.states.items()},
            seconds=round(seconds, 3),
            requests=[str(request.public_id) for request in requests[:LOGGED]],
            jobs=[response.job_id for response in self.claim.responses[:LOGGED]],
        )

    def _answer(self) -> None:
        wanted = []
        for assignment in self.load.assignments():
            if end := self._given_up(self.load.responses[assignment.id]):
                self.recorder.add(end)
            else:
                wanted.append(assignment)
        for answer in answers(self.processor, self.claim.step, wanted, self._batch):
            fault("answered")  # committed at the product, content durable
            self.recorder.add(self.load.overtaken(answer) if self.load.choices else answer)
            self.writers.keep(answer.assignment_id)

    def _batch(self, part: Sequence[Assignment]) -> Batch:
        return Batch(
            self.claim.action,
            part,
            self.deadline,
            partial(begin, self.claim, self.load),
            self.writers.open,
            partial(opted_out, self.claim),
            callback_url(self.claim.product),
            Desk(self.claim, self.load),
        )

    def _given_up(self, response: Claimed) -> Outcome | None:
        """What ends a response that is not to be tried any more: of the killer of workers, of
        what the product's settings no longer tell how to do, of the product that never answered."""
        if (losses := response.lease_losses) >= self.most_losses:
            told = {"losses": losses}
            return Outcome(response.public_id, outcomes.JOB_FAILED, "engine.lease_lost", told)
        if self.claim.step == Step.PROCESS and self.claim.action not in self.processor.actions:
            return Outcome(response.public_id, outcomes.NOT_PROVISIONED, "engine.no_such_action")
        last = response.pending_until
        if self.claim.step == Step.POLL and last and last <= self.claim.at:
            return expired(response, self.load.pending_days)
        return None

    def _tell_product(self) -> bool:
        if self.unavailable is None:
            availability.up(self.claim.product)
            return True
        availability.down(
            self.claim.product,
            self.unavailable.detail,
            self.unavailable.params,
            retry_after=self.unavailable.retry_after,
        )
        return False
