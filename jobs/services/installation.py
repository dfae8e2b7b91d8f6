"""The installation's inside, for its operator: queues, processes, work under way, what the database
holds. Estimates and bounded counts only."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from jobs.engine.heartbeat import ALIVE
from jobs.models import Heartbeat

MOST = 10_000  # of each, counted
TABLES = 12
PROCESSES = 100
SECONDS = 1.0
PACKAGES = ("Django", "celery", "psycopg", "SQLAlchemy", "redis", "cryptography")

# What is under way → the rows that an index of its own knows.
WORK = {
    "open": "jobs_job WHERE closed_at IS NULL",
    "due": "jobs_productresponse WHERE state = 'due'",
    "later": "jobs_productresponse WHERE state = 'later'",
    "working": "jobs_productresponse WHERE state = 'working'",
    "held": "jobs_productresponse WHERE state = 'held'",
    "over": "jobs_productresponse WHERE state = 'working' AND lease_until < now()",
    "events": "jobs_eventbatch WHERE last_position IS NULL",
    "deliveries": "jobs_delivery WHERE closed_at IS NULL",
    "uploads": "jobs_upload WHERE state IN ('reading', 'submitting')",
}


@dataclass(frozen=True, slots=True)
class Bounded:
    """MOST stands for more."""

    number: int

    @property
    def more(self) -> bool:
        return self.number == MOST


@dataclass(frozen=True, slots=True)
class Process:
    name: str
    seen_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class Table:
    """As PostgreSQL last estimated it; the size with its indexes."""

    name: str
    rows: int
    size: int


def work() -> Mapping[str, Bounded]:
    """One statement."""
    counts = ", ".join(
        f"(SELECT count(*) FROM (SELECT FROM {rows} LIMIT {MOST}) AS few)" for rows in WORK.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(WORK, map(Bounded, cursor.fetchone()), strict=True))


def processes() -> list[Process]:
    """Workers and the sweep; those that are over stand until they are forgotten."""
    now = timezone.now()
    seen = Heartbeat.objects.order_by("-seen_at")[:PROCESSES]
    return [Process(one.name, one.seen_at, now - one.seen_at < ALIVE) for one in seen]


def queues() -> Mapping[str, int] | None:
    """Wakes that no worker has taken yet; None where the broker does not answer."""
    routes: Mapping[str, Mapping[str, str]] = settings.CELERY_TASK_ROUTES
    names = sorted(
        {settings.CELERY_TASK_DEFAULT_QUEUE, *(route["queue"] for route in routes.values())}
    )
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        )
        with client, client.pipeline(transaction=False) as asked:
            for name in names:
                asked.llen(name)
            return dict(zip(names, asked.execute(), strict=True))
    except (RedisError, OSError):
        return None


def database_size() -> int:
    return int(_all("SELECT pg_database_size(current_database())")[0][0])


def tables() -> list[Table]:
    found = _all(
        "SELECT relname, greatest(reltuples, 0)::bigint, pg_total_relation_size(oid) AS size"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        f" ORDER BY size DESC, relname LIMIT {TABLES}"
    )
    return [Table(*row) for row in found]


def versions() -> list[tuple[str, str]]:
    [(server,)] = _all("SHOW server_version")
    return [
        ("PostgreSQL", server),
        ("Python", platform.python_version()),
        *((name, _version(name)) for name in PACKAGES),
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


def _all(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
