"""Child jobs (contract §3): a job that is closed is processing again until its children are."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from jobs.engine.rollup import roll_up
from jobs.models import Job, ProductResponse

MOST = 2000  # of one job: as many as one request can have


class ChildOfChild(Exception):
    """A child job has no children."""


class TooMany(Exception):
    """The job would have more children than MOST."""


def adopt(parent: Job) -> None:
    """Makes a job the parent of the children that were stored in this transaction. Its row is
    locked last, after all that a submission locks, and only then looked at.

    Raises ChildOfChild and TooMany.
    """
    if parent.parent_id:
        raise ChildOfChild
    with connection.cursor() as cursor:
        cursor.execute("UPDATE jobs_job SET has_children = true WHERE id = %s", [parent.pk])
    if Job.objects.filter(parent=parent)[: MOST + 1].count() > MOST:
        raise TooMany
    roll_up([parent.pk])


def of(job: Job) -> QuerySet[Job]:
    """The children of a job, MOST at most, oldest first."""
    return Job.objects.filter(parent=job, parent__isnull=False).order_by("pk")[:MOST]


def products_of(job: Job) -> tuple[str, ...]:
    """The codes of a job's products, which its children go to unless they say otherwise."""
    responses = ProductResponse.objects.filter(job=job).order_by("pk")
    return tuple(responses.values_list("product_code", flat=True))
