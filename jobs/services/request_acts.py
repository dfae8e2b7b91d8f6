"""What an officer does to a whole request: retry its errors, cancel what has not begun, release
what is held. In steps of many jobs at once, each a transaction of its own that says what it did:
a step that fails leaves those before it done, and on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from jobs.models import PrivacyRequest, ProductResponse
from jobs.services import officers
from jobs.services.request_progress import CANCELLABLE, HELD, RETRIABLE
from privacyportal.actors import Actor
from privacyportal.audit.services import record

STEP = 250  # jobs
STEPS = 20  # of one act: who has more does it again
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
    """The responses that it changed."""
    judged = officers.carry_out(job_ids, officers.ACTS[name])
    changed = [response for response, verdict in judged if isinstance(verdict, dict)]
    record(
        organization=request.organization,
        by=by,
        verb=f"request.{name}",
        target=("request", str(request.public_id)),
        detail={"responses": len(changed), "jobs": len({r.job_id for r in changed})},
    )
    return changed
