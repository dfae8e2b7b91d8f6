"""What an officer does to a job: retry, cancel, release or drop a held delete. Each act says per
product what it could and could not do, and is audited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


class Refusal(TextChoices):
    """Why an act leaves a response as it is."""

    NO_ERROR = "no_error", gettext_lazy("Not in error.")
    NO_PRODUCT = "no_product", gettext_lazy("This product is not set up.")
    DELETE_BEGUN = (
        "delete_begun",
        gettext_lazy("Its delete has begun: what an access would find now is not the truth."),
    )
    ENDED = "ended", gettext_lazy("Already ended.")
    TRIED = "tried", gettext_lazy("Already tried, may have had effects.")
    NOT_HELD = "not_held", gettext_lazy("Not held.")


Verdict = dict[str, Any] | Refusal
# A response, the others behind its gate → its new values, or why not.
Judge = Callable[[ProductResponse, "list[ProductResponse]"], Verdict]
Judged = tuple[ProductResponse, Verdict]


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
    gates = behind_gates(responses)
    return {
        name: [_foreseen(r, judge(r, gates.get(r.gate, []))) for r in responses]
        for name, judge in ACTS.items()
    }


def _foreseen(response: ProductResponse, verdict: Verdict, told: str = "") -> Act:
    if isinstance(verdict, Refusal):
        return Act(_name(response), False, str(verdict.label))
    return Act(_name(response), True, told)


def _act(verb: str, job: Job, by: Actor, judge: Judge, told: str) -> list[Act]:
    with transaction.atomic():
        judged = carry_out([job.pk], judge)
        record(
            organization=job.organization,
            by=by,
            verb=verb,
            target=("job", str(job.public_id)),
            detail=told_of(judged),
        )
    return [_foreseen(response, verdict, told) for response, verdict in judged]


def told_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """What the audit says of an act on one job."""
    done = [response.product_code for response, verdict in judged if isinstance(verdict, dict)]
    return {"done": done, "products": len(judged)}


def carry_out(job_ids: Sequence[int], judge: Judge) -> list[Judged]:
    """Does to all responses of these jobs what `judge` says, as `carry_out_at`."""
    return _carry_out(Q(job__in=job_ids), judge)


def carry_out_at(response_ids: Sequence[int], judge: Judge) -> list[Judged]:
    """Does to these responses what `judge` says, within the caller's transaction: locks them and
    those behind their gates by id, then their jobs. What was judged, by id."""
    return _carry_out(Q(pk__in=response_ids), judge)


def _carry_out(wanted: Q, judge: Judge) -> list[Judged]:
    responses, gates = _locked(wanted)
    judged = [(response, judge(response, gates.get(response.gate, []))) for response in responses]
    changes = [(response, verdict) for response, verdict in judged if isinstance(verdict, dict)]
    _save(changes)
    changed = [response for response, _ in changes]
    tell_responses(r.pk for r in changed if r.state == State.CANCELLED)
    moved = _follow(changed, gates)
    roll_up({*(r.job_id for r in responses), *(row.job_id for row in moved)})
    products = {r.product_id for r in changed} | {row.product_id for row in moved}
    transaction.on_commit(lambda: wake(p for p in products if p), robust=True)
    return judged


def _locked(
    wanted: Q,
) -> tuple[list[ProductResponse], dict[int | None, list[ProductResponse]]]:
    """The wanted responses and all behind their gates, locked by id, then read."""
    own = dict(ProductResponse.objects.filter(wanted).values_list("pk", "gate"))
    ids = sorted(own.keys() | siblings({gate for gate in own.values() if gate is not None}))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_productresponse WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [ids],
        )
    found = list(
        ProductResponse.objects.filter(pk__in=ids).select_related("product").order_by("pk")
    )
    return [r for r in found if r.pk in own], _by_gate(found)


def behind_gates(
    responses: Iterable[ProductResponse],
) -> dict[int | None, list[ProductResponse]]:
    gates = [r.gate for r in responses if r.gate is not None]
    return _by_gate(ProductResponse.objects.filter(gate__in=gates)) if gates else {}


def _by_gate(responses: Iterable[ProductResponse]) -> dict[int | None, list[ProductResponse]]:
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


def _retried(response: ProductResponse, gate: list[ProductResponse]) -> Verdict:
    if response.state != State.ERROR:
        return Refusal.NO_ERROR
    if response.product_id is None:
        return Refusal.NO_PRODUCT
    if response.action == Action.ACCESS and any(map(_delete_begun, gate)):
        return Refusal.DELETE_BEGUN
    return {**AGAIN, "reopening": response.reopening + 1}


def _delete_begun(response: ProductResponse) -> bool:
    return response.action == Action.DELETE and (
        response.attempts > 0 or response.state in (State.DUE, State.WORKING, State.COMPLETE)
    )


def _cancelled(response: ProductResponse, gate: list[ProductResponse]) -> Verdict:
    if response.state == State.LATER and response.step == Step.POLL:
        return {"state": State.DUE, "step": Step.CANCEL, "not_before": None}
    if response.state in (State.COMPLETE, State.ERROR, State.CANCELLED):
        return Refusal.ENDED
    if response.attempts:
        return Refusal.TRIED
    return _ended("engine.cancelled")


def _released(response: ProductResponse, gate: list[ProductResponse]) -> Verdict:
    return {"state": State.DUE} if response.state == State.HELD else Refusal.NOT_HELD


def _dropped(response: ProductResponse, gate: list[ProductResponse]) -> Verdict:
    return _ended("engine.dropped") if response.state == State.HELD else Refusal.NOT_HELD


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


def _save(changes: Sequence[tuple[ProductResponse, dict[str, Any]]]) -> None:
    """Sets and stores what was decided; one statement for all that become the same."""
    now = timezone.now()
    groups: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for response, verdict in changes:
        values = {**verdict, "processed_at": now} if "processed_at" in verdict else verdict
        for name, value in {**values, "modified_at": now}.items():
            setattr(response, name, value)
        groups.setdefault(repr(values), (values, []))[1].append(response.pk)
    for values, pks in groups.values():
        ProductResponse.objects.filter(pk__in=pks).update(**values, modified_at=now)


def _follow(
    changed: list[ProductResponse], gates: dict[int | None, list[ProductResponse]]
) -> list[Gated]:
    """A cancelled access holds its delete; one that is tried again makes a held one wait again."""
    touched = {r.gate for r in changed if r.action == Action.ACCESS and r.gate is not None}
    now = {r.pk: r for r in changed}
    rows = [now.get(r.pk, r) for gate in touched for r in gates[gate]]
    back = [
        r for r in rows if r.state == State.HELD and any(c.gate == r.gate for c in _reopened(now))
    ]
    _save([(response, {"state": State.WAITING}) for response in back])
    return open_gates(touched)


def _reopened(changed: dict[int, ProductResponse]) -> list[ProductResponse]:
    return [r for r in changed.values() if r.state == State.DUE and r.step == Step.PROCESS]


def _name(response: ProductResponse) -> str:
    return str(response.product) if response.product else response.product_code
