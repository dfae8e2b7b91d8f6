"""Delete waits for access: the responses of one person at one product share a gate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

from jobs.rules import outcomes
from jobs.rules.states import CLOSED, Action, State

# After these the person's data was given, or there was none: nothing is lost by deleting.
ANSWERED = frozenset(
    {
        outcomes.SUCCESS,
        outcomes.NOT_PROVISIONED,
        outcomes.NOT_FOUND,
        outcomes.NAMESPACE_NOT_VALID,
    }
)


class Gated(NamedTuple):
    """A response behind a gate."""

    id: int
    job_id: int
    product_id: int | None
    action: str
    state: str
    outcome_code: str
    gate: int


def siblings(gates: set[int]) -> set[int]:
    """The ids of all responses behind these gates, not locked."""
    if not gates:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_productresponse WHERE gate = ANY(%s) AND gate IS NOT NULL",
            [list(gates)],
        )
        return {row[0] for row in cursor.fetchall()}


def open_gates(gates: set[int]) -> list[Gated]:
    """Where every access behind a gate is closed, its waiting deletes become due, or held when an
    access failed. All responses of the gates are locked. Tells what moved."""
    rows = _behind(gates)
    accesses: dict[int, list[Gated]] = {}
    for row in rows:
        if row.action == Action.ACCESS:
            accesses.setdefault(row.gate, []).append(row)
    moved: dict[State, list[Gated]] = {State.DUE: [], State.HELD: []}
    for row in rows:
        before = accesses.get(row.gate, [])
        if row.state == State.WAITING and all(access.state in CLOSED for access in before):
            moved[_after(before)].append(row)
    for state, waiting in moved.items():
        _move([row.id for row in waiting], state)
    return moved[State.DUE] + moved[State.HELD]


def _behind(gates: set[int]) -> list[Gated]:
    if not gates:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, job_id, product_id, action, state, outcome_code, gate"
            " FROM jobs_productresponse WHERE gate = ANY(%s) AND gate IS NOT NULL ORDER BY id",
            [list(gates)],
        )
        return [Gated(*row) for row in cursor.fetchall()]


def _after(accesses: Iterable[Gated]) -> State:
    good = all(a.state == State.COMPLETE and a.outcome_code in ANSWERED for a in accesses)
    return State.DUE if good else State.HELD


def _move(ids: list[int], state: State) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_productresponse SET state = %s, modified_at = clock_timestamp()"
            " WHERE id = ANY(%s)",
            [state, ids],
        )
