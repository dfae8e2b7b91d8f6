"""One try of one response. Append-only, without foreign keys."""

from django.db import models

from privacyportal.appendonly import append_only


class Attempt(models.Model):
    """What was tried when, with which settings, and what came of it. Sentences are rendered from
    code, detail and parameters on reading."""

    organization_id = models.BigIntegerField()
    job_id = models.BigIntegerField(db_index=True)
    response_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    settings_number = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10)  # what the response became
    code = models.CharField(max_length=10, blank=True)
    detail = models.CharField(max_length=100, blank=True)
    params = models.JSONField(default=dict)
    records = models.BigIntegerField(default=0)

    class Meta:
        triggers = append_only("attempt")
