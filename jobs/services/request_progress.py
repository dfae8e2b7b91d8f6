"""How far one request has come: its jobs by status, what may be done to them, and how long the
rest takes at the pace of the last minute. Counted by the database, never by reading the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Job, PrivacyRequest, ProductResponse
from jobs.rules.states import CLOSED, JobState, State

JOBS = 20_000  # of one request that are looked at
PACED = 5_000  # jobs: of a larger request no time left is told
MINUTE = 60


class Stand(StrEnum):
    """What a list calls a job: the contract's four, and three of the portal's own."""

    SUBMITTED = "submitted"
    PROCESSING = "processing"
    WAITS = "waits"
    HELD = "held"
    ERROR = "error"
    CANCELLED = "cancelled"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Progress:
    """`counts` has only what there is; `more` where there may be more jobs than JOBS."""

    counts: Mapping[Stand, int]
    more: bool

    @property
    def jobs(self) -> int:
        return sum(self.counts.values())

    @property
    def closed(self) -> int:
        return sum(self.counts.get(stand, 0) for stand in OVER)

    @property
    def open(self) -> int:
        return self.jobs - self.closed


OVER = (Stand.COMPLETE, Stand.ERROR, Stand.CANCELLED)


@dataclass(frozen=True, slots=True)
class Work:
    """What is left, and what an officer could do: in product responses."""

    left: timedelta | None = None
    retriable: int = 0
    cancellable: int = 0
    held: int = 0


def progress(request: PrivacyRequest) -> Progress:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT CASE
                WHEN closed_at IS NULL THEN CASE
                    WHEN EXISTS (SELECT FROM jobs_productresponse
                        WHERE job_id = job.id AND state = 'held') THEN 'held'
                    WHEN EXISTS (SELECT FROM jobs_productresponse
                            WHERE job_id = job.id AND state = 'waiting')
                        AND NOT EXISTS (SELECT FROM jobs_productresponse
                            WHERE job_id = job.id AND state <> ALL(%(still)s)) THEN 'waits'
                    ELSE state END
                WHEN failed_at IS NOT NULL AND NOT EXISTS (SELECT FROM jobs_productresponse
                    WHERE job_id = job.id AND state <> 'cancelled') THEN 'cancelled'
                ELSE state END AS stand, count(*)
            FROM (
                SELECT id, state, closed_at, failed_at FROM jobs_job
                WHERE request_id = %(request)s ORDER BY id LIMIT %(jobs)s
            ) AS job
            GROUP BY 1
            """,
            {"request": request.pk, "still": [*CLOSED, State.WAITING], "jobs": JOBS},
        )
        counts = {Stand(stand): number for stand, number in cursor.fetchall()}
    return Progress(counts, sum(counts.values()) == JOBS)


def of_stand(jobs: QuerySet[Job], stand: Stand) -> QuerySet[Job]:
    """The jobs that `progress` counts so."""
    responses = ProductResponse.objects.filter(job=OuterRef("pk"))
    held = Exists(responses.filter(state=State.HELD))
    waits = Exists(responses.filter(state=State.WAITING)) & ~Exists(
        responses.exclude(state__in=[*CLOSED, State.WAITING])
    )
    cancelled = ~Exists(responses.exclude(state=State.CANCELLED))
    moving = Q(closed_at__isnull=True)
    match stand:
        case Stand.HELD:
            return jobs.filter(moving).filter(held)
        case Stand.WAITS:
            return jobs.filter(moving).filter(~held & waits)
        case Stand.SUBMITTED | Stand.PROCESSING:
            return jobs.filter(moving, state=stand.value).filter(~held & ~waits)
        case Stand.CANCELLED:
            return jobs.filter(failed_at__isnull=False).filter(cancelled)
        case Stand.ERROR:
            return jobs.filter(failed_at__isnull=False).filter(~cancelled)
        case Stand.COMPLETE:
            return jobs.filter(state=JobState.COMPLETE)


def work(request: PrivacyRequest) -> Work:
    """One pass over the responses of the request's jobs."""
    rows = _by_product(request)
    return Work(
        left=_left(rows),
        retriable=sum(row.retriable for row in rows),
        cancellable=sum(row.cancellable for row in rows),
        held=sum(row.held for row in rows),
    )


@dataclass(frozen=True, slots=True)
class ProductWork:
    """Of one product: `done` within the last minute."""

    open: int
    done: int
    retriable: int
    cancellable: int
    held: int


# What `retry`, `cancel` and `release` of services.officers would change, as conditions in SQL.
RETRIABLE = """
    response.state = 'error' AND response.product_id IS NOT NULL
    AND NOT (response.action = 'access' AND response.gate IS NOT NULL AND EXISTS (
        SELECT FROM jobs_productresponse behind
        WHERE behind.gate = response.gate AND behind.gate IS NOT NULL
            AND behind.action = 'delete'
            AND (behind.attempts > 0 OR behind.state IN ('due', 'working', 'complete'))))
"""
CANCELLABLE = """
    (response.state = 'later' AND response.step = 'poll')
    OR (response.attempts = 0 AND response.state IN ('waiting', 'held', 'due', 'later'))
"""
HELD = "response.state = 'held'"


def _by_product(request: PrivacyRequest) -> list[ProductWork]:
    """Of a request with more than PACED jobs, those of the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FILTER (WHERE response.state <> ALL(%(closed)s)),
                count(*) FILTER (WHERE response.state = ANY(%(closed)s)
                    AND response.attempts > 0
                    AND response.processed_at > statement_timestamp() - interval '1 minute'),
                count(*) FILTER (WHERE {RETRIABLE}),
                count(*) FILTER (WHERE {CANCELLABLE}),
                count(*) FILTER (WHERE {HELD})
            FROM (
                SELECT id FROM jobs_job WHERE request_id = %(request)s ORDER BY id LIMIT %(jobs)s
            ) AS job
            JOIN jobs_productresponse response ON response.job_id = job.id
            GROUP BY response.product_id
            """,
            {"closed": sorted(CLOSED), "request": request.pk, "jobs": PACED},
        )
        return [ProductWork(*row) for row in cursor.fetchall()]


def _left(products: Sequence[ProductWork]) -> timedelta | None:
    """The product that takes longest decides; one that did nothing within the last minute says
    nothing of when it will be done. What is held waits for a person, and is not counted."""
    moving = [(p.open - p.held, p.done) for p in products if p.open > p.held]
    if not moving or not all(done for _open, done in moving):
        return None
    return timedelta(seconds=max(MINUTE * left / done for left, done in moving))
