"""What an officer does to a job: retry, cancel, release or drop a held delete. Each act says per
product what it could and could not do, and is audited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.engine.gates import Gated, open_gates, siblings
from jobs.engine.rollup import roll_up
from jobs.engine.wake import wake
from jobs.events.outbox import tell_responses
from jobs.models import Job, ProductResponse
from jobs.rules import outcomes
from jobs.rules.states import Action, State, Step
from privacyportal.actors import Actor
from privacyportal.audit.services import record


@dataclass(frozen=True, slots=True)
class Act:
    """What an act did at one product, in words."""

    product: str
    done: bool
    sentence: str


# A response, the others behind its gate → its new values, or why not.
Judge = Callable[[ProductResponse, "list[ProductResponse]"], "dict[str, Any] | str"]


def retry(*, job: Job, by: Actor) -> list[Act]:
    """Failed responses are tried again, from the start, with a full count of tries."""
    return _act("job.retry", job, by, _retried, _("Tried again now."))


def cancel(*, job: Job, by: Actor) -> list[Act]:
    """Ends what was never attempted; asks products that answer later to withdraw."""
    return _act("job.cancel", job, by, _cancelled, _("Cancelled."))


def release(*, job: Job, by: Actor) -> list[Act]:
    """Lets held deletes go ahead although their access failed."""
    return _act("job.release", job, by, _released, _("Released: the delete goes ahead."))


def drop(*, job: Job, by: Actor) -> list[Act]:
    """Ends held deletes without deleting anything."""
    return _act("job.drop", job, by, _dropped, _("Dropped: nothing was deleted."))


ACTS: dict[str, Judge] = {}


def possible(job: Job) -> frozenset[str]:
    """The acts that would change something now."""
    return frozenset(name for name, found in foresee(job).items() if any(act.done for act in found))


def foresee(job: Job) -> dict[str, list[Act]]:
    """What each act would do now, per product; nothing is locked, and nothing changed."""
    responses = list(job.responses.select_related("product").order_by("pk"))
    gates = _behind_gates(responses)
    return {
        name: [_foreseen(r, judge(r, gates.get(r.gate, []))) for r in responses]
        for name, judge in ACTS.items()
    }


def _foreseen(response: ProductResponse, verdict: dict[str, Any] | str) -> Act:
    done = isinstance(verdict, dict)
    return Act(_name(response), done, "" if done else str(verdict))


def _act(verb: str, job: Job, by: Actor, judge: Judge, told: str) -> list[Act]:
    with transaction.atomic():
        responses, gates = _locked(job)
        acts, changed = [], []
        for response in responses:
            verdict = judge(response, gates.get(response.gate, []))
            done = isinstance(verdict, dict)
            acts.append(Act(_name(response), done, told if done else str(verdict)))
            if isinstance(verdict, dict):
                change(response, verdict)
                changed.append(response)
        _save(changed)
        tell_responses(r.pk for r in changed if r.state == State.CANCELLED)
        moved = follow(changed, gates)
        roll_up({job.pk, *(row.job_id for row in moved)})
        record(
            organization=job.organization,
            by=by,
            verb=verb,
            target=("job", str(job.public_id)),
            detail={"done": [r.product_code for r in changed], "products": len(responses)},
        )
        products = {r.product_id for r in changed} | {row.product_id for row in moved}
        transaction.on_commit(lambda: wake(p for p in products if p), robust=True)
    return acts


def _locked(job: Job) -> tuple[list[ProductResponse], dict[int | None, list[ProductResponse]]]:
    found = lock([job.pk])
    return [r for r in found if r.job_id == job.pk], by_gate(found)


def lock(job_ids: Sequence[int]) -> list[ProductResponse]:
    """The jobs' responses and all behind their gates, locked by id, then read."""
    own = ProductResponse.objects.filter(job_id__in=job_ids).values_list("pk", "gate")
    gates = {gate for _, gate in own if gate is not None}
    ids = sorted({pk for pk, _ in own} | siblings(gates))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_productresponse WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [ids],
        )
    found = ProductResponse.objects.filter(pk__in=ids).select_related("product")
    return list(found.order_by("pk"))


def _behind_gates(
    responses: Iterable[ProductResponse],
) -> dict[int | None, list[ProductResponse]]:
    gates = [r.gate for r in responses if r.gate is not None]
    return by_gate(ProductResponse.objects.filter(gate__in=gates)) if gates else {}


def by_gate(responses: Iterable[ProductResponse]) -> dict[int | None, list[ProductResponse]]:
    gates: dict[int | None, list[ProductResponse]] = {}
    for response in responses:
        if response.gate is not None:
            gates.setdefault(response.gate, []).append(response)
    return gates


# --- what may be done to a response ------------------------------------------------------------

AGAIN: dict[str, Any] = {
    "state": State.DUE,
    "step": Step.PROCESS,
    "tries": 0,
    "lease_losses": 0,
    "outcome_code": "",
    "outcome_detail": "",
    "outcome_params": {},
    "reference": "",
    "pending_until": None,
}


def _retried(response: ProductResponse, gate: list[ProductResponse]) -> dict[str, Any] | str:
    if response.state != State.ERROR:
        return _("Not in error.")
    if response.product_id is None:
        return _("This product is not set up.")
    if response.action == Action.ACCESS and any(map(_delete_begun, gate)):
        return _("Its delete has begun: what an access would find now is not the truth.")
    return {**AGAIN, "reopening": response.reopening + 1}


def _delete_begun(response: ProductResponse) -> bool:
    return response.action == Action.DELETE and (
        response.attempts > 0 or response.state in (State.DUE, State.WORKING, State.COMPLETE)
    )


def _cancelled(response: ProductResponse, gate: list[ProductResponse]) -> dict[str, Any] | str:
    if response.state == State.LATER and response.step == Step.POLL:
        return {"state": State.DUE, "step": Step.CANCEL, "not_before": None}
    if response.state in (State.COMPLETE, State.ERROR, State.CANCELLED):
        return _("Already ended.")
    if response.attempts:
        return _("Already tried, may have had effects.")
    return _ended("engine.cancelled")


def _released(response: ProductResponse, gate: list[ProductResponse]) -> dict[str, Any] | str:
    return {"state": State.DUE} if response.state == State.HELD else _("Not held.")


def _dropped(response: ProductResponse, gate: list[ProductResponse]) -> dict[str, Any] | str:
    return _ended("engine.dropped") if response.state == State.HELD else _("Not held.")


def _ended(detail: str) -> dict[str, Any]:
    return {
        "state": State.CANCELLED,
        "outcome_code": outcomes.JOB_FAILED,
        "outcome_detail": detail,
        "outcome_params": {},
        "processed_at": timezone.now(),
    }


ACTS |= {"retry": _retried, "cancel": _cancelled, "release": _released, "drop": _dropped}


# --- carrying it out ---------------------------------------------------------------------------


def change(response: ProductResponse, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(response, name, value)
    response.modified_at = timezone.now()


def _save(responses: list[ProductResponse]) -> None:
    if responses:
        ProductResponse.objects.bulk_update(
            responses, [*AGAIN, "reopening", "not_before", "processed_at", "modified_at"]
        )


def follow(
    changed: list[ProductResponse], gates: dict[int | None, list[ProductResponse]]
) -> list[Gated]:
    """A cancelled access holds its delete; one that is tried again makes a held one wait again."""
    touched = {r.gate for r in changed if r.action == Action.ACCESS and r.gate is not None}
    now = {r.pk: r for r in changed}
    rows = [now.get(r.pk, r) for gate in touched for r in gates[gate]]
    back = [
        r for r in rows if r.state == State.HELD and any(c.gate == r.gate for c in _reopened(now))
    ]
    for response in back:
        change(response, {"state": State.WAITING})
    _save(back)
    return open_gates(touched)


def _reopened(changed: dict[int, ProductResponse]) -> list[ProductResponse]:
    return [r for r in changed.values() if r.state == State.DUE and r.step == Step.PROCESS]


def _name(response: ProductResponse) -> str:
    return str(response.product) if response.product else response.product_code
