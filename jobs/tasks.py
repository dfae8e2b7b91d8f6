"""Celery tasks: wakes, counts, the sweep, the publisher, the housekeeping, uploads.
They carry ids and hold no truth."""

from typing import Any

from celery import shared_task, signals

from jobs.engine.heartbeat import SWEEP, beat
from jobs.engine.housekeeping import keep_house
from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.engine.wake import COUNT_SECONDS, heard, wake_deliveries
from jobs.events.dispatcher import dispatcher
from jobs.events.publisher import publish
from jobs.services import product_watch, task_watch
from jobs.services.webhook_watch import watch
from jobs.uploads import counting, submitting


@signals.heartbeat_sent.connect
def _alive(sender: Any, **kwargs: Any) -> None:
    beat(sender.eventer.hostname)


@shared_task(name="jobs.work")
def work(product_id: int) -> None:
    heard(product_id)
    turn(product_id)


@shared_task(name="jobs.count", time_limit=COUNT_SECONDS)
def count(dry_run_id: int) -> None:
    counting.count(dry_run_id)


@shared_task(name="jobs.sweep")
def sweep_once() -> None:
    sweep()
    beat(SWEEP)


@shared_task(name="jobs.keep_house")
def keep_house_once() -> None:
    keep_house()


@shared_task(name="jobs.publish")
def publish_once() -> None:
    if publish():
        wake_deliveries()


@shared_task(name="jobs.deliver")
def deliver() -> None:
    dispatcher().wake()


@shared_task(name="jobs.watch_webhooks")
def watch_webhooks() -> None:
    watch()


@shared_task(name="jobs.watch_products")
def watch_products() -> None:
    product_watch.watch()


@shared_task(name="jobs.watch_tasks")
def watch_tasks() -> None:
    task_watch.watch()


@shared_task(name="jobs.uploads")
def work_on_uploads() -> None:
    submitting.work()
