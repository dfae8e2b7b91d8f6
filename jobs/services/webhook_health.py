"""How webhooks do: what was sent to each in the last half hour, and when it last took something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

MOST = 1000  # tries counted
MINUTES = 30


class Lately(NamedTuple):
    """Tries of the last half hour (MOST at most), how many failed, and the newest of all."""

    tries: int
    failed: int
    last: datetime | None


def lately(webhook_ids: Sequence[int]) -> dict[int, Lately]:
    """In one query, bounded for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT webhook.id, recent.tries, recent.failed, newest.started_at
            FROM unnest(%s::bigint[]) AS webhook (id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS tries, count(*) FILTER (WHERE NOT good) AS failed
                FROM (
                    SELECT good FROM jobs_deliverytry
                    WHERE webhook_id = webhook.id
                        AND started_at > statement_timestamp() - %s * interval '1 minute'
                    LIMIT %s
                ) AS found
            ) AS recent
            LEFT JOIN LATERAL (
                SELECT started_at FROM jobs_deliverytry WHERE webhook_id = webhook.id
                ORDER BY started_at DESC LIMIT 1
            ) AS newest ON true
            """,
            [list(webhook_ids), MINUTES, MOST],
        )
        return {row[0]: Lately(*row[1:]) for row in cursor.fetchall()}
