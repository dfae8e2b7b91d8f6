"""The processes of the portal, how each is called, and in which order they stop."""

import sys
from dataclasses import dataclass
from pathlib import Path

CELERY = (sys.executable, "-m", "celery", "--quiet", "--app", "privacyportal.local.tasks")
WORKER = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")


@dataclass(frozen=True)
class Service:
    """One long-running process with its own children; `patience` is its time to stop, seconds."""

    name: str
    argv: tuple[str, ...]
    patience: float


def services(*, host: str, port: int, state: Path) -> list[list[Service]]:
    """In groups, in the order in which they stop."""
    return [
        [Service("web", _web(host, port), patience=4)],
        [
            # A turn ends within ten seconds; one that takes longer is taken up again by its lease.
            Service("work", _worker("work", processes=2), patience=12),
            # Counts ahead of deletes never stand in the way of work.
            Service("count", _worker("count", processes=1), patience=4),
            Service("sweep", _worker("sweep", processes=1), patience=4),
            Service("deliver", _worker("deliver", processes=1), patience=12),
        ],
        [Service("beat", _beat(state), patience=2)],
    ]


def _web(host: str, port: int) -> tuple[str, ...]:
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        *(sys.executable, "-m", "gunicorn", "privacyportal.wsgi"),
        *("--config", "python:privacyportal.local.web", "--bind", address),
    )


def _worker(queue: str, *, processes: int) -> tuple[str, ...]:
    named = ("--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", str(processes))
    return (*CELERY, "worker", *named, *WORKER)


def _beat(state: Path) -> tuple[str, ...]:
    schedule = state / "beat-schedule"
    return (*CELERY, "beat", "--schedule", str(schedule), "--pidfile", "", "--loglevel", "INFO")
