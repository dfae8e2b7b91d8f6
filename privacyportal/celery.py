"""Celery, which only wakes workers: PostgreSQL holds all work (see jobs.engine)."""

import gc
import os
from typing import Any

import structlog
from celery import Celery, signals
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyportal.settings")

# A wake that was not heard is worth nothing: the sweep sends another. Kombu would put it back while
# it lets go of a lost broker, and fail at that, and the worker would end.
Channel.do_restore = False

app = Celery("privacyportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Having a receiver keeps Celery from setting up logging of its own."""


@signals.before_task_publish.connect
def _name_the_waker(headers: dict[str, Any], **kwargs: Any) -> None:
    """The request that woke, or what was woken by one. No more than that: a turn works on what is
    due, whoever asked for it."""
    known = structlog.contextvars.get_contextvars()
    headers["woken_by"] = known.get("request_id") or known.get("woken_by")


@signals.task_prerun.connect
def _name_the_task(task: Any, task_id: str, **kwargs: Any) -> None:
    """What stands in every line that the task writes."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    if woken_by := getattr(task.request, "woken_by", None):
        structlog.contextvars.bind_contextvars(woken_by=woken_by)


@signals.worker_init.connect
def _check_keys(**kwargs: Any) -> None:
    """A worker with a wrong master key stops before it claims anything."""
    from privacyportal.keys.services import check_master_keys

    check_master_keys()


@signals.worker_process_init.connect
def _spare_the_collector(**kwargs: Any) -> None:
    """A batch makes thousands of objects that live as long as it does: by default the collector
    walks them, and everything that was imported, again and again (a quarter of a worker's time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
