"""How the installation does: what it needs to work, and its numbers. Each is bounded; none says
anything of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from jobs.engine.heartbeat import ALIVE, SWEEP
from jobs.models import Delivery, Heartbeat, Product
from jobs.services.product_health import health
from privacyportal.sentences import Sentence, said

OPEN_MOST = 100_000  # open jobs and deliveries that are counted
PRODUCTS_MOST = 1000
REDIS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    ok: bool
    told: Sentence


def checks() -> Mapping[str, Check]:
    """What must be well for work to be done: database, redis, workers, sweep."""
    database = _database()
    found = {"database": database, "redis": _redis()}
    if database.ok:
        beats = dict(Heartbeat.objects.values_list("name", "seen_at"))
        now = timezone.now()
        workers = [n for n, at in beats.items() if n.startswith("work@") and now - at < ALIVE]
        found["workers"] = Check(bool(workers), said(gettext_noop("%s alive"), len(workers)))
        swept = beats.get(SWEEP)
        told = said(gettext_noop("never"))
        if swept is not None:
            told = said(gettext_noop("%s s ago"), round((now - swept).total_seconds()))
        found["sweep"] = Check(swept is not None and now - swept < ALIVE, told)
    return found


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return Check(True, said(gettext_noop("answers")))
    except DatabaseError as error:
        connection.close()
        return Check(False, said(type(error).__name__))


def _redis() -> Check:
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
        )
        with client:
            client.ping()
        return Check(True, said(gettext_noop("answers")))
    except (RedisError, OSError) as error:
        return Check(False, said(type(error).__name__))


# --- numbers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """One gauge: `labels` are ids and codes."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str]


def numbers() -> Iterator[Number]:
    yield from _jobs()
    yield from _products()
    yield from _deliveries()
    yield from _processes()
    [(size,)] = _rows("SELECT pg_database_size(current_database())")
    yield Number("portal_database_bytes", "Size of the portal's database.", size, {})


def _jobs() -> Iterator[Number]:
    found = _rows(
        "SELECT state, count(*) FROM"
        " (SELECT state FROM jobs_job WHERE closed_at IS NULL LIMIT %s) AS job GROUP BY state",
        OPEN_MOST,
    )
    told = f"Open jobs by state, counted no further than {OPEN_MOST}."
    counts = {"submitted": 0, "processing": 0} | dict(found)
    for state, count in counts.items():
        yield Number("portal_jobs_open", told, count, {"state": state})


def _products() -> Iterator[Number]:
    products = list(Product.objects.select_related("organization").order_by("pk")[:PRODUCTS_MOST])
    found = health(products)
    now = timezone.now()
    for product in products:
        one = found[product.pk]
        labels = {"organization": product.organization.ims_org_id, "product": product.code}
        oldest = (now - one.oldest).total_seconds() if one.oldest else 0.0
        for name, told, value in (
            ("waiting", "Product responses that are due or at work.", one.waiting.number),
            ("oldest_seconds", "How long the oldest of them has waited.", oldest),
            ("pending", "Product responses whose answer is to come.", one.pending.number),
            ("available", "1 where the product answers.", product.unavailable_since is None),
            ("paused", "1 where it is paused.", product.paused_at is not None),
            ("batch_seconds", "A usual batch of the last 7 days.", one.seconds or 0.0),
            ("responses_day", "Product responses closed in 24 hours.", one.done),
            ("error_ratio", "Of those of 7 days, in error.", one.error_rate / 100),
        ):
            yield Number(f"portal_product_{name}", told, float(value), labels)


def _deliveries() -> Iterator[Number]:
    waiting = Delivery.objects.filter(closed_at=None).order_by()
    told = f"Deliveries on their way, counted no further than {OPEN_MOST}."
    yield Number("portal_deliveries_open", told, waiting[:OPEN_MOST].count(), {})


def _processes() -> Iterator[Number]:
    now = timezone.now()
    for name, at in Heartbeat.objects.values_list("name", "seen_at"):
        told = "Seconds since a worker, or the sweep, was last seen."
        seconds = (now - at).total_seconds()
        yield Number("portal_seen_seconds", told, seconds, {"name": name})


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall()
