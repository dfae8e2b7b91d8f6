"""Events: what the transactions that record tell, and the order in which everybody reads it.

Rows are narrow and without foreign keys, since each job writes several. Words are rendered on
reading."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from jobs.models.tenancy import TenantModel
from jobs.rules.events import Kind


class EventBatch(TenantModel):
    """The events of one organization that one statement told. The publisher gives it its place in
    the organization's journal: positions `last_position - size + 1` to `last_position`."""

    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    last_position = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="event_batch_waiting", condition=Q(last_position__isnull=True)
            ),
            models.Index(
                fields=["organization", "last_position"],
                name="event_batch_journal",
                condition=Q(last_position__isnull=False),
            ),
            models.Index(fields=["at"], name="event_batch_by_age"),
        ]
        verbose_name_plural = "event batches"


class Event(TenantModel):
    """One fact of the contract. `about_id` is the job or, of a product's event, the response; the
    id holds the batch's (rules/events.py). A reopened job is told again: `reopening` counts. Its
    public id follows from all three, since random ones took half of the time of writing events."""

    id = models.BigIntegerField(primary_key=True)
    job_id = models.BigIntegerField()
    about_id = models.BigIntegerField()
    kind = models.PositiveSmallIntegerField(choices=Kind)
    reopening = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about_id", "kind", "reopening"], name="event_once")
        ]


class Journal(TenantModel):
    """The last position that an organization's journal gave away; it outlives the events."""

    last_position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="journal_unique")]
