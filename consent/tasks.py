"""Celery's part: calls whose jobs are not all made are looked for every second."""

from celery import shared_task

from consent.services import calls


@shared_task(name="consent.make_jobs")
def make_jobs() -> None:
    calls.make_open_jobs()
