"""How much of a product may be worked on now: its state, and the limits that its owner set."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from jobs.models import Product
from jobs.processors.registry import processor_class

BURST_SECONDS = 10  # of a rate that may be used at once


def full_batch(product: Product) -> int:
    """How many responses one claim takes when nothing was lost."""
    return processor_class(product.processor).batch_size or settings.ENGINE_BATCH_SIZE


def room(product: Product) -> int:
    """How many responses at most: one while an unavailable product is probed, none while it is
    left alone or paused, no more than its rate allows."""
    now = timezone.now()
    if product.paused_at or product.current_settings_id is None:
        return 0
    wanted = full_batch(product)
    if product.unavailable_until is not None:
        wanted = 1 if product.unavailable_until <= now else 0
    return wanted if product.per_minute is None else min(wanted, int(_allowance(product, now)))


def parallel(product: Product) -> int:
    """How many batches at once."""
    if product.unavailable_until is not None:
        return 1
    return min(product.max_parallel, product.parallel_limit or product.max_parallel)


def use(product: Product, responses: int) -> None:
    """Counts claimed responses against the rate; the product is locked."""
    if product.per_minute is None:
        return
    now = timezone.now()
    left = _allowance(product, now) - responses
    Product.objects.filter(pk=product.pk).update(allowance=left, allowed_at=now)


def _allowance(product: Product, now: datetime) -> float:
    """A bucket that fills by the second and holds a few seconds' worth, one person at least."""
    assert product.per_minute is not None
    most = max(1.0, product.per_minute * BURST_SECONDS / 60)
    if product.allowed_at is None:
        return most
    gained = (now - product.allowed_at).total_seconds() * product.per_minute / 60
    return min(most, product.allowance + gained)
