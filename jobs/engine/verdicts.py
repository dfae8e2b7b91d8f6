"""What an answer makes of a response: its next state, as one row for the recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from msgspec.structs import replace

from jobs.engine.claim import Claimed
from jobs.engine.load import outcome_before
from jobs.processors.base import Outcome, Pending
from jobs.rules import outcomes
from jobs.rules.states import CLOSED, Action, State, Step


class Verdict(msgspec.Struct, frozen=True):
    """What a response's row becomes: the names are its columns, shortened."""

    state: str
    step: str
    tries: int
    code: str
    detail: str
    params: Mapping[str, Any]
    records: int
    processed: tuple[int, ...]
    ignored: tuple[int, ...]
    reference: str
    not_before: datetime | None
    pending_until: datetime | None

    @property
    def closed(self) -> bool:
        return self.state in CLOSED


def verdict(
    response: Claimed,
    action: str,
    step: str,
    answer: Outcome | Pending,
    now: datetime,
    pending_days: int,
) -> Verdict:
    """Truth before trust: an answer that cannot be is an error that says so."""
    if isinstance(answer, Pending):
        return _pending(response, step, answer, now, pending_days)
    outcome = _truthful(response, action, step, answer)
    if step == Step.CANCEL:
        return _withdrawn(response, outcome, now, pending_days)
    if outcome.good:
        return _row(response, State.COMPLETE, step, outcome)
    if outcome.retry and step == Step.POLL:
        again = Pending(response.public_id, response.reference, _delay(0))
        return _pending(response, step, again, now, pending_days)
    if outcome.retry and response.tries < len(settings.ENGINE_RETRY_SECONDS):
        row = _row(response, State.LATER, step, outcome)
        return replace(row, not_before=now + timedelta(seconds=_delay(response.tries)))
    return _row(response, State.ERROR, step, outcome)


def expired(response: Claimed, pending_days: int) -> Outcome:
    """A product that took the work and never answered."""
    return Outcome(
        response.public_id,
        outcomes.JOB_FAILED,
        "engine.pending_expired",
        {"days": pending_days},
    )


def _truthful(response: Claimed, action: str, step: str, outcome: Outcome) -> Outcome:
    if outcome.code not in outcomes.MESSAGES:
        outcome = replace(outcome, code=outcomes.UNEXPECTED, retry=False)
    if action == Action.DELETE and outcome.good and response.begun:
        return outcome.at_least(outcome_before(response))
    without_content = outcome.code == outcomes.SUCCESS and outcome.content is None
    if action == Action.ACCESS and without_content and step != Step.CANCEL:
        return replace(outcome, code=outcomes.UPLOAD_FAILED, detail="engine.no_content", retry=True)
    return outcome


def _pending(response: Claimed, step: str, answer: Pending, now: datetime, days: int) -> Verdict:
    last = response.pending_until or now + timedelta(days=days)
    if last <= now:
        return _row(response, State.ERROR, step, expired(response, days))
    wait = timedelta(seconds=max(0.0, answer.check_after))
    return Verdict(
        State.LATER,
        Step.POLL,
        response.tries + (step == Step.PROCESS),
        "",
        _text(answer.detail, 100),
        answer.params,
        0,
        (),
        (),
        _text(answer.reference, 500),
        min(now + wait, last),
        last,
    )


def _withdrawn(response: Claimed, outcome: Outcome, now: datetime, days: int) -> Verdict:
    """Withdrawn at the product, or still on its way there: then it is polled as before."""
    if not outcome.good:
        kept = Pending(response.public_id, response.reference, _delay(0))
        return _pending(response, Step.CANCEL, kept, now, days)
    told = Outcome(response.public_id, outcomes.JOB_FAILED, "engine.withdrawn")
    return _row(response, State.CANCELLED, Step.CANCEL, told)


def _row(response: Claimed, state: State, step: str, outcome: Outcome) -> Verdict:
    return Verdict(
        state,
        step,
        response.tries + (step == Step.PROCESS),
        outcome.code,
        _text(outcome.detail, 100),
        outcome.params,
        outcome.records,
        tuple(outcome.processed),
        tuple(outcome.ignored),
        response.reference,
        None,
        response.pending_until,
    )


def _text(value: str, longest: int) -> str:
    """What PostgreSQL takes: no NUL, and no more than the column holds."""
    return value.replace("\0", "")[:longest]


def _delay(tries: int) -> float:
    return settings.ENGINE_RETRY_SECONDS[tries] if settings.ENGINE_RETRY_SECONDS else 60.0
