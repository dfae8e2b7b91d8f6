"""News of pending answers: a product that took work calls back, and is asked at once what it has.
A callback brings no outcome, so that what is recorded always came from the product itself."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from jobs.engine.wake import wake
from jobs.models import Product


def callback_url(product: Product) -> str:
    """Where the product calls back."""
    return f"{settings.PORTAL_URL}/callbacks/{product.public_id}/"


def heard_of(product_id: int, references: Sequence[str], *, wait: float = 0.0) -> int:
    """Makes what is pending under these references due to be polled, at once or after so many
    seconds; how many there were. What a worker is asking about just now is left to it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM jobs_productresponse WHERE product_id = %s AND reference = ANY(%s)"
            " AND state = 'later' AND reference <> '' AND step = 'poll'"
            " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            [product_id, list(references)],
        )
        ids = [row[0] for row in cursor.fetchall()]
        if wait:
            cursor.execute(
                "UPDATE jobs_productresponse SET not_before = clock_timestamp()"
                " + %s * interval '1 second' WHERE id = ANY(%s)",
                [wait, ids],
            )
        else:
            cursor.execute(
                "UPDATE jobs_productresponse SET state = 'due', not_before = NULL"
                " WHERE id = ANY(%s)",
                [ids],
            )
    if ids and not wait:
        wake([product_id])
    return len(ids)
