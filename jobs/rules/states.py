"""States of product responses and jobs, and the allowed moves between them (design.md)."""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    ACCESS = "access", _("Access")
    DELETE = "delete", _("Delete")
    OPT_OUT = "opt-out-of-sale", _("Opt out of sale")


class Step(TextChoices):
    """What is to be done next for a response at its product."""

    PROCESS = "process", _("Process")
    POLL = "poll", _("Poll")
    CANCEL = "cancel", _("Cancel")


class State(TextChoices):
    """States of a product response."""

    WAITING = "waiting", _("Waits")  # behind an access of the same person
    HELD = "held", _("Waits for you")  # for a person to decide
    DUE = "due", _("Submitted")
    LATER = "later", _("Processing")  # until not_before: a retry, a poll, or what is just submitted
    WORKING = "working", _("Processing")  # leased
    COMPLETE = "complete", _("Complete")
    ERROR = "error", _("Error")
    CANCELLED = "cancelled", _("Cancelled")


CLOSED = frozenset({State.COMPLETE, State.ERROR, State.CANCELLED})
OPEN = frozenset(State) - CLOSED

MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.DUE, State.HELD, State.CANCELLED}),
    State.HELD: frozenset({State.DUE, State.WAITING, State.CANCELLED}),
    State.DUE: frozenset({State.WORKING, State.CANCELLED}),
    State.LATER: frozenset({State.DUE, State.COMPLETE, State.CANCELLED}),
    State.WORKING: frozenset(
        {State.DUE, State.LATER, State.COMPLETE, State.ERROR, State.CANCELLED}
    ),
    State.COMPLETE: frozenset(),
    State.ERROR: frozenset({State.DUE}),  # an officer's retry
    State.CANCELLED: frozenset(),
}


def may_move(before: str, after: str) -> bool:
    return State(after) in MOVES[State(before)]


class JobState(TextChoices):
    """The contract's four words."""

    SUBMITTED = "submitted", _("Submitted")
    PROCESSING = "processing", _("Processing")
    COMPLETE = "complete", _("Complete")
    ERROR = "error", _("Error")


def job_state(states: Iterable[str], *, attempted: bool, children: bool = False) -> JobState:
    """A job's state from the states of its responses: complete only if every one is, and while
    `children` are open not closed at all."""
    present = set(states)
    if children and present <= CLOSED:
        return JobState.PROCESSING
    if present <= {State.COMPLETE}:
        return JobState.COMPLETE
    if present <= CLOSED:
        return JobState.ERROR
    if attempted or present & {State.COMPLETE, State.ERROR, State.WORKING, State.HELD}:
        return JobState.PROCESSING
    return JobState.SUBMITTED
