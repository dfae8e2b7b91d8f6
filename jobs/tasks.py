"""Celery tasks: a wake, the sweep, the housekeeping. They carry ids and hold no truth."""

from celery import shared_task

from jobs.engine.housekeeping import keep_house
from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.engine.wake import heard


@shared_task(name="jobs.work")
def work(product_id: int) -> None:
    heard(product_id)
    turn(product_id)


@shared_task(name="jobs.sweep")
def sweep_once() -> None:
    sweep()


@shared_task(name="jobs.keep_house")
def keep_house_once() -> None:
    keep_house()
