"""The publisher: gives committed events their place in the journal and makes their deliveries.

One at a time, whoever runs it. Lock, then look: what it sees unpublished was committed before, and
what commits later comes after it in the journal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import accumulate, takewhile

from django.conf import settings
from django.db import connection, transaction

from jobs.models.webhooks import LIVE
from jobs.rules.events import ORDINAL_BITS

LOCK = 0x65766E74  # the advisory lock of whoever publishes
BATCHES = 200  # looked at in one transaction
EVENTS = 5000  # published in one transaction, or one batch, which is never parted
SECONDS = 1.0  # of one call: the sweep stands in the same queue


def publish() -> int:
    """Publishes what is committed, in bounded transactions, for a moment; how many events."""
    published, end = 0, time.monotonic() + SECONDS
    while count := _round():
        published += count
        if time.monotonic() > end:
            break
    return published


def _round() -> int:
    with transaction.atomic():
        if not _alone():
            return 0
        batches = _waiting()
        if batches:
            _place(batches)
            _make_deliveries([pk for pk, _, _ in batches])
        return sum(size for _, _, size in batches)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _waiting() -> list[tuple[int, int, int]]:
    """(batch, organization, size), oldest first: at least one, and no more than EVENTS events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, organization_id, size FROM jobs_eventbatch WHERE last_position IS NULL"
            " ORDER BY id LIMIT %s",
            [BATCHES],
        )
        found = cursor.fetchall()
    sums = accumulate(size for _, _, size in found)
    fitting = len(list(takewhile(lambda total: total <= EVENTS, sums)))
    return found[: max(1, fitting)]


def _place(batches: Sequence[tuple[int, int, int]]) -> None:
    """Each batch takes the next positions of its organization's journal."""
    sizes: dict[int, int] = {}
    for _, organization_id, size in batches:
        sizes[organization_id] = sizes.get(organization_id, 0) + size
    last = _advance(sizes)
    at = {
        organization_id: last[organization_id] - total for organization_id, total in sizes.items()
    }
    positions = []
    for _, organization_id, size in batches:
        at[organization_id] += size
        positions.append(at[organization_id])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE jobs_eventbatch batch SET last_position = new.position"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, position)"
            " WHERE batch.id = new.id",
            [[pk for pk, _, _ in batches], positions],
        )


def _advance(sizes: dict[int, int]) -> dict[int, int]:
    """Organization → the last position of its journal, once `sizes` are taken from it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_journal AS journal (organization_id, last_position)
            SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS new (organization_id, size)
            ORDER BY organization_id
            ON CONFLICT (organization_id) DO UPDATE
                SET last_position = journal.last_position + excluded.last_position
            RETURNING organization_id, last_position
            """,
            [list(sizes), list(sizes.values())],
        )
        return dict(cursor.fetchall())


def _make_deliveries(batch_ids: Sequence[int]) -> None:
    """One for each live webhook of the organization that wants the kind of event."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO jobs_delivery (public_id, organization_id, webhook_id, event_id, state,
                tries, not_before, last_try_at, created_at)
            SELECT gen_random_uuid(), webhook.organization_id, webhook.id, event.id, 'open', 0,
                now(), now() + %s * interval '1 hour', now()
            FROM unnest(%s::bigint[]) AS batch (id)
            JOIN jobs_eventbatch told ON told.id = batch.id
            JOIN jobs_webhook webhook ON webhook.organization_id = told.organization_id
                AND webhook.deleted_at IS NULL AND webhook.state = ANY(%s)
            JOIN jobs_event event ON event.id > batch.id << {ORDINAL_BITS}
                AND event.id < (batch.id + 1) << {ORDINAL_BITS}
                AND event.kind = ANY(webhook.kinds)
            ORDER BY event.id
            ON CONFLICT (event_id, webhook_id) DO NOTHING
            """,
            [settings.WEBHOOK_HOURS, list(batch_ids), list(LIVE)],
        )
