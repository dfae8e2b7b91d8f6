"""The only place that queues. A wake carries a product's id and nothing else; a lost one costs one
sweep, so it is sent with one try and failing is no failure."""

from collections.abc import Iterable

import structlog
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from privacyportal.celery import app

log = structlog.get_logger(__name__)
COALESCE_SECONDS = 5
COUNT_SECONDS = 60  # then nobody waits for a number any more


def wake(product_ids: Iterable[int]) -> None:
    """Tells workers that there is work; wakes of a product that nobody heard yet are one."""
    for product_id in product_ids:
        if not cache.add(_key(product_id), 1, COALESCE_SECONDS):
            continue
        try:
            app.send_task("jobs.work", args=[product_id], retry=False)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("wake.failed", error=type(error).__name__)
            return  # the broker is away for all of them; the sweep wakes them when it is back


DELIVERIES = "wake-deliveries"


def wake_deliveries() -> None:
    """Tells a process that webhooks have something to be sent; the schedule tells it anyway."""
    if not cache.add(DELIVERIES, 1, 1):
        return
    try:
        app.send_task("jobs.deliver", retry=False)
    except (OperationalError, RedisError, OSError) as error:
        log.warning("wake.failed", error=type(error).__name__)


def wake_counts(dry_run_ids: Iterable[int]) -> None:
    """Has each of these counted; one that is lost is asked for again by who waits for it."""
    for dry_run_id in dry_run_ids:
        try:
            app.send_task("jobs.count", args=[dry_run_id], retry=False, expires=COUNT_SECONDS)
        except (OperationalError, RedisError, OSError) as error:
            log.warning("wake.failed", error=type(error).__name__)
            return


def heard(product_id: int) -> None:
    """A worker took the wake: the next one is sent again."""
    cache.delete(_key(product_id))


def _key(product_id: int) -> str:
    return f"wake:{product_id}"
