"""Claiming: a short transaction that leases a batch of due responses of one product."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from jobs.engine.limits import full_batch, parallel, room, use
from jobs.models import Product
from jobs.rules.states import Action, Step

COLUMNS = """id, public_id, job_id, request_subject_id, gate, lease_losses, attempts, tries, begun,
    reference, pending_until"""


class Claimed(NamedTuple):
    """One leased response; the names are its columns as they were before this claim."""

    id: int
    public_id: uuid.UUID
    job_id: int
    request_subject_id: int
    gate: int | None
    lease_losses: int
    attempts: int
    tries: int
    begun: str | None  # JSON
    reference: str
    pending_until: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A leased batch. `more` tells that other work of the product was due."""

    product: Product
    action: str
    step: str
    token: uuid.UUID
    at: datetime
    responses: tuple[Claimed, ...]
    more: bool


def claim(product_id: int) -> Claim | None:
    """Leases the batch whose first response is earliest; None when nothing may be worked on now."""
    with transaction.atomic():
        product = (
            Product.objects.select_for_update(no_key=True)
            .select_related(None)
            .filter(pk=product_id)
            .first()
        )
        if product is None or not (limit := room(product)):
            return None
        leases = _leases(product_id)
        if len({token for token, _ in leases}) >= parallel(product):
            return None
        if (first := _first_due(product_id)) is None:
            return None
        action, step = first
        candidates = _lock_due(product_id, action, step, limit + 1)
        chosen = _smaller_after_losses(candidates[:limit], full_batch(product))
        chosen = _apart_from(chosen, [subject for _, subject in leases])
        if not chosen:
            return None
        token = uuid.uuid4()
        _lease(product, [row.id for row in chosen], token)
        use(product, len(chosen))
        _begin_jobs([row.job_id for row in chosen])
    more = len(chosen) < len(candidates)
    return Claim(product, action, step, token, timezone.now(), tuple(chosen), more)


def _leases(product_id: int) -> list[tuple[uuid.UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lease_token, request_subject_id FROM jobs_productresponse"
            " WHERE product_id = %s AND state = 'working'",
            [product_id],
        )
        return cursor.fetchall()


def _first_due(product_id: int) -> tuple[str, str] | None:
    """The (action, step) whose first due response is earliest: one index probe for each.

    The claim's commit need not wait for the disk: after a crash that loses it the work is due, and
    whoever holds the lost token may neither begin nor record.
    """
    actions = [action for action in Action.values if action != Action.ACCESS or room_for_access()]
    kinds = [(action, step) for action in actions for step in Step.values]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind.action, kind.step, set_config('synchronous_commit', 'off', true)
            FROM unnest(%s::text[], %s::text[]) AS kind (action, step)
            CROSS JOIN LATERAL (
                SELECT sort_key, id FROM jobs_productresponse
                WHERE product_id = %s AND action = kind.action AND step = kind.step
                    AND state = 'due'
                ORDER BY sort_key, id LIMIT 1
            ) AS first
            ORDER BY first.sort_key, first.id LIMIT 1
            """,
            [[action for action, _ in kinds], [step for _, step in kinds], product_id],
        )
        first = cursor.fetchone()
        return first and first[:2]


def room_for_access() -> bool:
    """False below the reserve of disk: access then waits, visibly, and nothing becomes an error."""
    folder = settings.PACKAGE_DIR
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >= settings.PACKAGE_MIN_FREE_BYTES


def _lock_due(product_id: int, action: str, step: str, limit: int) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {COLUMNS} FROM jobs_productresponse
            WHERE product_id = %s AND action = %s AND step = %s AND state = 'due'
            ORDER BY sort_key, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
            """,
            [product_id, action, step, limit],
        )
        return [Claimed(*row) for row in cursor.fetchall()]


def _smaller_after_losses(rows: Sequence[Claimed], full: int) -> list[Claimed]:
    """Each lost lease cuts the next claim of a response to a quarter of a full batch: one who kills
    workers ends up alone."""
    losses = 0
    for index, row in enumerate(rows):
        losses = max(losses, row.lease_losses)
        size = max(1, full >> 2 * losses)
        if index + 1 >= size:
            return list(rows[:size])
    return list(rows)


def _apart_from(rows: list[Claimed], working: list[int]) -> list[Claimed]:
    """Without those who share an identity with a batch at work at this product."""
    if not working:
        return rows
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT own.request_subject_id
            FROM jobs_identity own JOIN jobs_identity other USING (organization_id, fingerprint)
            WHERE own.request_subject_id = ANY(%s) AND other.request_subject_id = ANY(%s)
            """,
            [[row.request_subject_id for row in rows], working],
        )
        taken = {subject for (subject,) in cursor.fetchall()}
    return [row for row in rows if row.request_subject_id not in taken]


def _lease(product: Product, ids: list[int], token: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_productresponse SET state = 'working', lease_token = %s,
                lease_until = clock_timestamp() + %s * interval '1 second',
                attempts = attempts + 1, not_before = NULL
            WHERE id = ANY(%s)
            """,
            [token, settings.ENGINE_LEASE_SECONDS, ids],
        )


def _begin_jobs(job_ids: list[int]) -> None:
    """Jobs that nothing had taken up are processing now; locked in id order, as everywhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH fresh AS MATERIALIZED (
                SELECT id FROM jobs_job WHERE id = ANY(%s) AND state = 'submitted'
                ORDER BY id FOR NO KEY UPDATE
            )
            UPDATE jobs_job SET state = 'processing', modified_at = clock_timestamp()
            WHERE id = ANY(ARRAY(SELECT id FROM fresh))
            """,
            [job_ids],
        )
