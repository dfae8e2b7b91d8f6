"""Celery, which only wakes workers: PostgreSQL holds all work (see jobs.engine)."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyportal.settings")

app = Celery("privacyportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Having a receiver keeps Celery from setting up logging of its own."""


@signals.worker_init.connect
def _check_keys(**kwargs: Any) -> None:
    """A worker with a wrong master key stops before it claims anything."""
    from privacyportal.keys.services import check_master_keys

    check_master_keys()
