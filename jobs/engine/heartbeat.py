"""Signs of life of workers and of the sweep, for whoever watches over the installation."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from jobs.models import Heartbeat

log = structlog.get_logger(__name__)
EVERY_SECONDS = 10.0
ALIVE = timedelta(seconds=30)  # since the last sign
FORGOTTEN = timedelta(days=1)
SWEEP = "sweep"
_last: dict[str, float] = {}


def beat(name: str) -> None:
    """Says that this process lives, every few seconds at most. That nobody hears it is no failure
    of the work."""
    now = time.monotonic()
    if now - _last.get(name, -EVERY_SECONDS) < EVERY_SECONDS:
        return
    _last[name] = now
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO jobs_heartbeat (name, seen_at) VALUES (%s, clock_timestamp())"
                " ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp()",
                [name[:200]],
            )
    except DatabaseError as error:
        connection.close()
        log.warning("heartbeat.database", error=type(error).__name__)


def forget_the_dead() -> None:
    Heartbeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN).delete()
