"""The sweep: the one place where time passes. Every second or two it turns what is over into due,
mends what we failed to roll up, and wakes the products that have work."""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from jobs.engine.rollup import roll_up
from jobs.engine.wake import wake
from jobs.events.outbox import tell_responses
from jobs.rules.states import CLOSED

log = structlog.get_logger(__name__)
AT_ONCE = 5000
OPEN_JOBS = 2000  # looked at in one sweep, round and round


# By the statement's time, which an index can be asked for; `clock_timestamp()` changes from row to
# row, and would be compared with every one. And in that index's order: in the order of ids a
# planner that expects many would walk the whole table. Nothing is waited for, so that the order
# of locks is free.
LATER = "state = 'later' AND not_before <= statement_timestamp()"
BORN = "attempts = 0 AND outcome_code <> ''"  # ended at birth: nothing is to be done there


def sweep() -> None:
    later = _born() + _due_again(f"{LATER} AND NOT ({BORN})", losses=0)
    lost = _due_again("state = 'working' AND lease_until < statement_timestamp()", losses=1)
    if lost:
        log.warning("lease.lost", responses=lost)
    _mend()
    wake(_products_with_work())
    if later or lost:
        log.info("sweep", later=later, lost=lost)


def _born() -> int:
    """What was born with its outcome and could be taken back until now is complete, and told."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, job_id FROM jobs_productresponse WHERE {LATER} AND {BORN}"
            " ORDER BY not_before LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            [AT_ONCE],
        )
        found = cursor.fetchall()
        if found:
            ids = [pk for pk, _ in found]
            cursor.execute(
                "UPDATE jobs_productresponse SET state = 'complete', not_before = NULL,"
                " processed_at = clock_timestamp() WHERE id = ANY(%s)",
                [ids],
            )
            tell_responses(ids)
            roll_up(_stuck(sorted({job for _, job in found})))
        return len(found)


def _due_again(over: str, *, losses: int) -> int:
    """Responses whose time is over become due, the first over first; those in other hands are
    left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM jobs_productresponse WHERE {over}"
            " ORDER BY not_before LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            [AT_ONCE],
        )
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            cursor.execute(
                "UPDATE jobs_productresponse SET state = 'due', not_before = NULL,"
                " lease_token = NULL, lease_until = NULL, lease_losses = lease_losses + %s"
                " WHERE id = ANY(%s)",
                [losses, ids],
            )
        return len(ids)


_last_looked_at = 0


def _mend() -> None:
    """Rolls up open jobs whose responses and children are all closed. There should be none: a fault
    of ours."""
    global _last_looked_at
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_job WHERE closed_at IS NULL AND id > %s ORDER BY id LIMIT %s",
            [_last_looked_at, OPEN_JOBS],
        )
        ids = [row[0] for row in cursor.fetchall()]
    _last_looked_at = ids[-1] if len(ids) == OPEN_JOBS else 0
    if stuck := _stuck(ids):
        with transaction.atomic():
            mended = roll_up(stuck)
        if mended:
            log.error("job.stuck", jobs=mended)


def _stuck(ids: list[int]) -> list[int]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id FROM jobs_productresponse WHERE job_id = ANY(%s)"
            " GROUP BY job_id HAVING bool_and(state = ANY(%s)) AND NOT EXISTS ("
            "SELECT FROM jobs_job WHERE parent_id = job_id AND parent_id IS NOT NULL"
            " AND closed_at IS NULL)",
            [ids, sorted(CLOSED)],
        )
        return [row[0] for row in cursor.fetchall()]


def _products_with_work() -> list[int]:
    """Products that may be worked on and have something due: one index probe for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT product.id FROM jobs_product product
            CROSS JOIN LATERAL (
                SELECT 1 FROM jobs_productresponse
                WHERE product_id = product.id AND state = 'due' LIMIT 1
            ) AS due
            WHERE product.paused_at IS NULL AND product.current_settings_id IS NOT NULL
                AND (product.unavailable_until IS NULL
                    OR product.unavailable_until <= statement_timestamp())
            ORDER BY product.id
            """
        )
        return [row[0] for row in cursor.fetchall()]
