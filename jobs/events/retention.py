"""Forgetting events, and what was delivered of them, after their days in the journal."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, transaction

from jobs.rules.events import ORDINAL_BITS

BATCHES = 50  # in one transaction
ROUNDS = 40  # transactions of one call


def forget_events() -> int:
    """Batches that are old enough go, whole; how many."""
    forgotten = 0
    for _ in range(ROUNDS):
        count = _round()
        forgotten += count
        if count < BATCHES:
            break
    return forgotten


def _round() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_eventbatch"
            " WHERE at < statement_timestamp() - %s * interval '1 day'"
            " AND last_position IS NOT NULL ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED",
            [settings.EVENT_DAYS, BATCHES],
        )
        ids = [row[0] for row in cursor.fetchall()]
        if ids:
            cursor.execute(FORGET, {"ids": ids})
        return len(ids)


FORGET = f"""
    WITH gone AS (
        DELETE FROM jobs_event event USING unnest(%(ids)s::bigint[]) AS batch (id)
        WHERE event.id > batch.id << {ORDINAL_BITS}
            AND event.id < (batch.id + 1) << {ORDINAL_BITS}
        RETURNING event.id
    ), undelivered AS (
        DELETE FROM jobs_delivery WHERE event_id IN (SELECT id FROM gone) RETURNING id
    ), untried AS (
        DELETE FROM jobs_deliverytry WHERE delivery_id IN (SELECT id FROM undelivered)
    )
    DELETE FROM jobs_eventbatch WHERE id = ANY(%(ids)s)
"""
