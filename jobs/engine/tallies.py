"""What a batch came to, kept for the pages and metrics that tell how a product does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobs.engine.claim import Claim
from jobs.models import WorkedBatch
from jobs.rules.states import State

log = structlog.get_logger(__name__)
DAYS = 8
AT_ONCE = 20_000


def keep(claim: Claim, states: Mapping[str, int], seconds: float) -> None:
    """Its loss is no one's failure: the outcomes stand."""
    if not states:
        return
    try:
        with transaction.atomic():
            # It need not wait for the disk.
            connection.cursor().execute("SET LOCAL synchronous_commit TO off")
            WorkedBatch.objects.create(
                organization_id=claim.product.organization_id,
                product_id=claim.product.pk,
                ended_at=timezone.now(),
                seconds=seconds,
                complete=states.get(State.COMPLETE, 0),
                error=states.get(State.ERROR, 0),
                later=states.get(State.LATER, 0),
            )
    except DatabaseError as error:
        connection.close()
        log.warning("tally.database", error=type(error).__name__)


def forget_tallies() -> int:
    """Those of more than a week ago; how many."""
    over = timezone.now() - timedelta(days=DAYS)
    old = WorkedBatch.objects.filter(ended_at__lt=over).order_by("ended_at").values("pk")
    return WorkedBatch.objects.filter(pk__in=old[:AT_ONCE]).delete()[0]
