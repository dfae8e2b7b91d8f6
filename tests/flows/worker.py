"""The Celery app of the product, with the trial processor among its processors."""

import django

from privacyportal.celery import app

django.setup()

from jobs.processors.registry import PROCESSORS  # noqa: E402
from tests.engine.trial import TrialProcessor  # noqa: E402

PROCESSORS[TrialProcessor.kind] = TrialProcessor

__all__ = ["app"]
