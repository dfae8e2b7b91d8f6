"""How a status is shown: a shape, a word and a colour, always the three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jobs.models import Job, Product
from jobs.rules import outcomes
from jobs.rules.states import JobState, State


@dataclass(frozen=True, slots=True, eq=False)
class Status:
    """`colour` and `shape` name a mark of static/icons.svg. Each is there once, and equal to itself
    alone: its word, which is translated when it is shown, is never compared."""

    colour: str
    shape: str
    word: Any


SUBMITTED = Status("off", "submitted", _("Submitted"))
PROCESSING = Status("run", "processing", _("Processing"))
WAITS = Status("wait", "waiting", _("Waits"))
HELD = Status("wait", "needs", _("Waits for you"))
PAUSED = Status("wait", "paused", _("Paused"))
COMPLETE = Status("ok", "complete", _("Complete"))
NOTHING = Status("ok", "none", _("Nothing found"))
PARTLY = Status("ok", "partial", _("Partly done"))
NOT_SET_UP = Status("off", "skipped", _("Not set up"))
ERROR = Status("err", "error", pgettext_lazy("status", "Error"))
CANCELLED = Status("off", "cancelled", _("Cancelled"))

OF_STATE = {
    State.WAITING: WAITS,
    State.HELD: HELD,
    State.DUE: SUBMITTED,
    State.LATER: PROCESSING,
    State.WORKING: PROCESSING,
    State.COMPLETE: COMPLETE,
    State.ERROR: ERROR,
    State.CANCELLED: CANCELLED,
}
OF_CODE = {
    outcomes.NOT_PROVISIONED: NOT_SET_UP,
    outcomes.NOT_FOUND: NOTHING,
    outcomes.PARTIAL: PARTLY,
}
OF_JOB = {
    JobState.SUBMITTED: SUBMITTED,
    JobState.PROCESSING: PROCESSING,
    JobState.COMPLETE: COMPLETE,
    JobState.ERROR: ERROR,
}


class Response(Protocol):
    """What a status follows from: a product response, or what a list read of one."""

    @property
    def product(self) -> Product | None: ...
    @property
    def product_code(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def outcome_code(self) -> str: ...


def of_outcome(state: str, code: str) -> Status:
    """The status of a state and its outcome code, as a response or an attempt has them."""
    if state == State.COMPLETE:
        return OF_CODE.get(code, COMPLETE)
    return OF_STATE[State(state)]


def of_response(response: Response) -> Status:
    """The response comes with its product."""
    product = response.product
    if response.state == State.DUE:
        if product and product.paused_at:
            return PAUSED
        return PROCESSING if response.attempts else SUBMITTED
    if response.state == State.LATER and not response.attempts:
        return SUBMITTED
    return of_outcome(response.state, response.outcome_code)


def of_job(job: Job, responses: Sequence[Response]) -> Status:
    """The contract's four words, and three of the portal's own."""
    states = {response.state for response in responses}
    if State.HELD in states:
        return HELD
    if states == {State.CANCELLED}:
        return CANCELLED
    if job.closed_at is None and State.WAITING in states and states <= {*DONE, State.WAITING}:
        return WAITS
    return OF_JOB[JobState(job.state)]


DONE = frozenset({State.COMPLETE, State.ERROR, State.CANCELLED})


def product_name(response: Response) -> str:
    return str(response.product) if response.product else response.product_code
