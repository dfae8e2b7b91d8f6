"""How products do: what waits there, and what batches of the last week came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from jobs.models import Product
from jobs.services.overview import MOST, Count

BATCHES = 20_000  # of a week that are looked at, newest first


@dataclass(frozen=True, slots=True)
class Health:
    """In product responses. `waiting` are due or at work, `oldest` was asked for first of those
    that are due first; `pending` were taken by the product, which answers later. `done` and
    `batches` are of 24 hours, `tried` and `failed` of 7 days, `seconds` those of a usual batch."""

    waiting: Count
    oldest: datetime | None
    pending: Count
    done: int
    batches: int
    tried: int
    failed: int
    seconds: float | None

    @property
    def error_rate(self) -> float:
        """In percent."""
        return 100 * self.failed / self.tried if self.tried else 0.0


def health(products: Sequence[Product]) -> Mapping[int, Health]:
    """Product id → health; one statement, bounded for each of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT product.id, due.n + working.n, due.oldest, pending.n, week.done, week.batches,
                week.tried, week.failed, week.seconds
            FROM unnest(%(ids)s::bigint[]) AS product (id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS n, min(job.created_at) AS oldest FROM (
                    SELECT job_id FROM jobs_productresponse
                    WHERE product_id = product.id AND state = 'due' LIMIT %(most)s
                ) AS first JOIN jobs_job AS job ON job.id = first.job_id
            ) AS due
            CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM (SELECT FROM jobs_productresponse
                    WHERE product_id = product.id AND state = 'working' LIMIT %(most)s) AS few
            ) AS working
            CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM (SELECT FROM jobs_productresponse
                    WHERE product_id = product.id AND state = 'later' AND reference <> ''
                    LIMIT %(most)s) AS few
            ) AS pending
            CROSS JOIN LATERAL (
                SELECT count(*) FILTER (WHERE today) AS batches,
                    coalesce(sum(complete + error) FILTER (WHERE today), 0) AS done,
                    coalesce(sum(complete + error), 0) AS tried,
                    coalesce(sum(error), 0) AS failed,
                    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds
                FROM (
                    SELECT complete, error, seconds, ended_at > now() - interval '1 day' AS today
                    FROM jobs_workedbatch
                    WHERE product_id = product.id AND ended_at > now() - interval '7 days'
                    ORDER BY ended_at DESC LIMIT %(batches)s
                ) AS newest
            ) AS week
            """,
            {"ids": [p.pk for p in products], "most": MOST + 1, "batches": BATCHES},
        )
        return {pk: _health(*found) for pk, *found in cursor.fetchall()}


def _health(
    waiting: int,
    oldest: datetime | None,
    pending: int,
    done: int,
    batches: int,
    tried: int,
    failed: int,
    seconds: float | None,
) -> Health:
    return Health(
        Count(min(waiting, MOST), waiting > MOST),
        oldest,
        Count(min(pending, MOST), pending > MOST),
        done,
        batches,
        tried,
        failed,
        seconds,
    )
