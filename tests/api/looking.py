"""What is stored, and what a program is shown of a job."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from jobs.models import Job
from tests.api.conftest import JOBS, Program


def rows() -> dict[str, int]:
    """Every table of ours, by number of rows."""
    ours = [m for m in apps.get_models() if m.__module__.startswith(("jobs", "privacyportal"))]
    return {model.__name__: model.objects.count() for model in ours}


def shown(program: Program, job: Job) -> dict[str, Any]:
    response = program.get(f"{JOBS}/{job.public_id}")
    assert response.status_code == 200, response.content
    return response.json()
