"""The Celery application under the supervisor: its processes end together and log in few words."""

import logging
import warnings
from typing import Any

from celery.signals import worker_process_init

from privacyportal.celery import app
from privacyportal.local.processes import die_with_parent

__all__ = ["app"]

# Each wake would write three lines; what they did is told by the engine.
for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
    logging.getLogger(name).setLevel(logging.WARNING)

# In a container root is the only user there is, and no message of ours is pickled.
warnings.filterwarnings("ignore", message=r"\s*You're running the worker with superuser")


@worker_process_init.connect
def end_with_worker(**_: Any) -> None:
    """A killed worker takes its pool along."""
    die_with_parent()
