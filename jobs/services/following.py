"""Requests followed until they end: how many of their jobs are closed, whether anything moves, and
what became of them by product. Counted by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from jobs.models import Job, ProductResponse
from jobs.rules.states import CLOSED, State

STILL = [*CLOSED, State.HELD]  # who moves no further by itself


@dataclass(frozen=True, slots=True)
class Ending:
    """How many responses of a product stand so."""

    product: str
    state: str
    code: str
    responses: int
    records: int


def jobs(request_ids: Sequence[int]) -> int:
    return Job.objects.filter(request_id__in=request_ids).count()


def closed(request_ids: Sequence[int]) -> int:
    return Job.objects.filter(request_id__in=request_ids, closed_at__isnull=False).count()


def complete(request_ids: Sequence[int]) -> int:
    over = Job.objects.filter(request_id__in=request_ids, closed_at__isnull=False)
    return over.filter(failed_at=None).count()


def moves(request_ids: Sequence[int]) -> bool:
    """Whether anything is left that needs nobody's decision."""
    open_jobs = Job.objects.filter(request_id__in=request_ids, closed_at=None).values("pk")
    return ProductResponse.objects.filter(job__in=open_jobs).exclude(state__in=STILL).exists()


def endings(request_ids: Sequence[int]) -> list[Ending]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT response.product_code, response.state, response.outcome_code, count(*),
                sum(response.records_found)
            FROM jobs_job job JOIN jobs_productresponse response ON response.job_id = job.id
            WHERE job.request_id = ANY(%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """,
            [list(request_ids)],
        )
        return [Ending(*row) for row in cursor.fetchall()]
