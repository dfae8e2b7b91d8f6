"""What an officer does to a whole request: retry its errors, cancel what has not begun, release
what is held. In steps of many jobs at once, each a transaction of its own that says what it did:
a step that fails leaves those before it done, and on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from jobs.engine.rollup import roll_up
from jobs.engine.wake import wake
from jobs.events.outbox import tell_responses
from jobs.models import PrivacyRequest, ProductResponse
from jobs.rules.states import State
from jobs.services import officers
from jobs.services.request_progress import CANCELLABLE, HELD, RETRIABLE
from privacyportal.actors import Actor
from privacyportal.audit.services import record

STEP = 250  # jobs
STEPS = 20  # of one act: who has more does it again
OWN = {"reopening", "processed_at"}  # differ from one to the next, and are yet set alike
CONDITIONS = {"retry": RETRIABLE, "cancel": CANCELLABLE, "release": HELD}


@dataclass(frozen=True, slots=True)
class Done:
    """What an act came to: `more` where jobs are left to which it could be done again."""

    responses: int
    jobs: int
    more: bool


def act(*, name: str, request: PrivacyRequest, by: Actor) -> Done:
    """`name` is one of CONDITIONS."""
    ids = _jobs(request, CONDITIONS[name])
    responses = jobs = 0
    for start in range(0, min(len(ids), STEP * STEPS), STEP):
        changed = _step(name, request, ids[start : start + STEP], by)
        responses += len(changed)
        jobs += len({response.job_id for response in changed})
    return Done(responses, jobs, len(ids) > STEP * STEPS)


def _jobs(request: PrivacyRequest, condition: str) -> list[int]:
    """The jobs that have a response to which it can be done, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT job.id FROM jobs_job job
            WHERE job.request_id = %s AND EXISTS (
                SELECT FROM jobs_productresponse response
                WHERE response.job_id = job.id AND ({condition}))
            ORDER BY job.id LIMIT %s
            """,
            [request.pk, STEP * STEPS + 1],
        )
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _step(
    name: str, request: PrivacyRequest, job_ids: Sequence[int], by: Actor
) -> list[ProductResponse]:
    """As an officer's act on one job: lock, look, change, open gates, roll up, record, wake."""
    found = officers.lock(job_ids)
    gates = officers.by_gate(found)
    judge, own = officers.ACTS[name], set(job_ids)
    verdicts = {
        response.pk: verdict
        for response in found
        if response.job_id in own
        and isinstance(verdict := judge(response, gates.get(response.gate, [])), dict)
    }
    changed = [response for response in found if response.pk in verdicts]
    _save(changed, verdicts)
    tell_responses(r.pk for r in changed if r.state == State.CANCELLED)
    moved = officers.follow(changed, gates)
    roll_up({*(r.job_id for r in changed), *(row.job_id for row in moved)})
    record(
        organization=request.organization,
        by=by,
        verb=f"request.{name}",
        target=("request", str(request.public_id)),
        detail={"responses": len(changed), "jobs": len({r.job_id for r in changed})},
    )
    products = {r.product_id for r in changed} | {row.product_id for row in moved}
    transaction.on_commit(lambda: wake(p for p in products if p), robust=True)
    return changed


def _save(changed: Sequence[ProductResponse], verdicts: dict[int, dict[str, Any]]) -> None:
    """One statement for all that change alike; a request's responses mostly do."""
    alike: dict[str, list[ProductResponse]] = defaultdict(list)
    for response in changed:
        values = {name: v for name, v in verdicts[response.pk].items() if name not in OWN}
        alike[repr(sorted(values.items(), key=lambda item: item[0]))].append(response)
    for responses in alike.values():
        for response in responses:
            officers.change(response, verdicts[response.pk])
        last = responses[-1]
        values = {name: getattr(last, name) for name in {*verdicts[last.pk], "modified_at"}}
        if "reopening" in values:
            values["reopening"] = F("reopening") + 1
        ProductResponse.objects.filter(pk__in=[r.pk for r in responses]).update(**values)
