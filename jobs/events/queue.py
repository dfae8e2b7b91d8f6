"""The queue of deliveries, which is the database: claimed under a lease, recorded in sets.

A claim is short and alone (an advisory lock), so that a receiver never has more requests in flight
than it may, however many processes deliver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from jobs.events.outcomes import Posted
from jobs.models.webhooks import LIVE
from privacyportal.bulk import as_json

LOCK = 0x64656C69  # the advisory lock of whoever claims
GRACE_SECONDS = 20  # of a lease, beyond the time of an exchange


class Claimed(NamedTuple):
    """A delivery that is ours until its lease is over."""

    id: int
    public_id: UUID
    webhook_id: int
    event_id: int
    tries: int


@dataclass(frozen=True, slots=True)
class Claim:
    token: UUID
    deliveries: Sequence[Claimed]


def lease_seconds() -> float:
    return settings.WEBHOOK_SECONDS + GRACE_SECONDS


# What is chosen is looked at once more when it is locked: a late answer may have closed it. Of each
# live webhook, as many due ones as it has room for; all webhooks' first ones before
# anybody's second one.
CLAIM = """
    WITH chosen AS MATERIALIZED (
        SELECT due.id FROM jobs_webhook webhook
        CROSS JOIN LATERAL (
            SELECT count(*) AS flying FROM jobs_delivery
            WHERE webhook_id = webhook.id AND lease_until > statement_timestamp()
        ) AS busy
        CROSS JOIN LATERAL (
            SELECT id, row_number() OVER (ORDER BY not_before, id) AS place FROM (
                SELECT id, not_before FROM jobs_delivery
                WHERE webhook_id = webhook.id AND closed_at IS NULL
                    AND not_before <= statement_timestamp()
                    AND (lease_until IS NULL OR lease_until <= statement_timestamp())
                ORDER BY not_before, id
                LIMIT greatest(0, %s - busy.flying)
            ) AS first
        ) AS due
        WHERE webhook.state = ANY(%s) AND webhook.deleted_at IS NULL
        ORDER BY busy.flying + due.place, random() LIMIT %s
    )
    UPDATE jobs_delivery delivery SET lease_token = %s,
        lease_until = clock_timestamp() + %s * interval '1 second'
    WHERE id = ANY(ARRAY(SELECT id FROM chosen)) AND closed_at IS NULL
        AND (lease_until IS NULL OR lease_until <= statement_timestamp())
    RETURNING id, public_id, webhook_id, event_id, tries
"""


def claim(most: int) -> Claim:
    """Takes deliveries that are due, `most` at most."""
    token = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(CLAIM, [settings.WEBHOOK_AT_ONCE, list(LIVE), most, token, lease_seconds()])
        return Claim(token, [Claimed(*row) for row in cursor.fetchall()])


# A try is written where the lease still holds: a late answer is dropped.
RECORD = """
    WITH told AS MATERIALIZED (
        SELECT * FROM json_to_recordset(%s::json) AS told (id bigint, token uuid, good boolean,
            again boolean, wait double precision, status int, error text, started_at timestamptz,
            milliseconds int)
    ), recorded AS (
        UPDATE jobs_delivery delivery SET
            tries = delivery.tries + 1, lease_token = NULL, lease_until = NULL,
            state = CASE WHEN told.good THEN 'delivered'
                WHEN told.again AND next.at <= delivery.last_try_at THEN 'open'
                ELSE 'failed' END,
            closed_at = CASE WHEN told.good OR NOT told.again OR next.at > delivery.last_try_at
                THEN clock_timestamp() END,
            not_before = next.at
        FROM told CROSS JOIN LATERAL (
            SELECT clock_timestamp() + told.wait * interval '1 second' AS at
        ) AS next
        WHERE delivery.id = told.id AND delivery.lease_token = told.token
            AND delivery.id = ANY(%s)
        RETURNING delivery.id, delivery.organization_id, delivery.webhook_id,
            delivery.tries - 1 AS number
    )
    INSERT INTO jobs_deliverytry (organization_id, delivery_id, webhook_id, number, started_at,
        milliseconds, status, error, good)
    SELECT recorded.organization_id, recorded.id, recorded.webhook_id, recorded.number,
        told.started_at, told.milliseconds, told.status, told.error, told.good
    FROM recorded JOIN told ON told.id = recorded.id
"""


def record(posted: Sequence[Posted]) -> None:
    """What came of tries, in one statement."""
    if not posted:
        return
    ordered = sorted(posted, key=lambda one: one.delivery_id)
    rows = [
        {
            "id": one.delivery_id,
            "token": one.token,
            "good": one.good,
            "again": one.again,
            "wait": wait(one.tries),
            "status": one.status,
            "error": one.error,
            "started_at": one.started_at,
            "milliseconds": one.milliseconds,
        }
        for one in ordered
    ]
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [as_json(rows), [one.delivery_id for one in ordered]])


def wait(tries: int) -> float:
    """Seconds until the next try, after `tries` earlier ones and this one."""
    minutes = settings.WEBHOOK_RETRY_MINUTES
    return 60.0 * minutes[min(tries, len(minutes) - 1)]


def end_overdue() -> int:
    """Deliveries that nobody may try any more: of webhooks that were disabled in between, or that
    are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_delivery SET state = 'failed', closed_at = clock_timestamp(),
                lease_token = NULL, lease_until = NULL
            WHERE id = ANY(ARRAY(
                SELECT id FROM jobs_delivery
                WHERE closed_at IS NULL
                    AND last_try_at < statement_timestamp() - %s * interval '1 second'
                LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED
            ))
            """,
            [lease_seconds()],
        )
        return cursor.rowcount


def again(delivery_id: int, at: datetime) -> None:
    """One delivery from the start, by hand: due now, with a day of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_delivery SET state = 'open', closed_at = NULL, tries = 0, not_before = %s,"
            " last_try_at = %s, lease_token = NULL, lease_until = NULL WHERE id = %s",
            [at, at + timedelta(hours=settings.WEBHOOK_HOURS), delivery_id],
        )


def again_failed(webhook_id: int, at: datetime, *, look: int, most: int) -> int:
    """The newest `most` failed deliveries among the newest `look` of a webhook, as `again`; how
    many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_delivery SET state = 'open', closed_at = NULL, tries = 0, not_before = %s,
                last_try_at = %s, lease_token = NULL, lease_until = NULL
            WHERE state = 'failed' AND id = ANY(ARRAY(
                SELECT id FROM (
                    SELECT id, state FROM jobs_delivery WHERE webhook_id = %s
                    ORDER BY id DESC LIMIT %s
                ) AS newest
                WHERE state = 'failed' ORDER BY id DESC LIMIT %s
            ))
            """,
            [at, at + timedelta(hours=settings.WEBHOOK_HOURS), webhook_id, look, most],
        )
        return cursor.rowcount
