"""A product that does not answer backs off as a whole, visibly; nobody's tries are used up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from jobs.models import Product

log = structlog.get_logger(__name__)
TOLD_AGAIN = timedelta(seconds=10)  # how old "last success" may be while a product works


def down(
    product: Product, detail: str, params: Mapping[str, Any], *, retry_after: float | None = None
) -> None:
    """Leaves the product alone for a while, longer each time; then one probe at a time."""
    first, most = settings.ENGINE_BACKOFF_SECONDS
    pause = retry_after if retry_after is not None else min(most, first * 2**product.failures)
    now = timezone.now()
    Product.objects.filter(pk=product.pk).update(
        failures=F("failures") + 1,
        unavailable_since=Coalesce("unavailable_since", now),
        unavailable_until=now + timedelta(seconds=pause),
        unavailable_detail=detail,
        unavailable_params=dict(params),
    )
    log.warning("product.unavailable", product=product.pk, detail=detail, seconds=pause)


def up(product: Product) -> None:
    """The product answered. Written when that is news: one small update in ten seconds."""
    now = timezone.now()
    known = product.last_success_at
    if product.unavailable_since is None and known and now - known < TOLD_AGAIN:
        return
    Product.objects.filter(pk=product.pk).update(
        failures=0,
        unavailable_since=None,
        unavailable_until=None,
        unavailable_detail="",
        unavailable_params={},
        last_success_at=now,
    )
