"""Files of requests that somebody uploaded, and the requests they become."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models.requests import PrivacyRequest
from jobs.models.tenancy import TenantModel
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member, Organization


class UploadState(models.TextChoices):
    READING = "reading", _("Being read")
    COLUMNS = "columns", _("Columns to check")
    WRONG = "wrong", _("Problems")
    READY = "ready", _("Ready")
    SUBMITTING = "submitting", _("Being submitted")
    SUBMITTED = "submitted", _("Submitted")


class Upload(TenantModel):
    """A file of one member alone. Its name, its bytes, what its columns were said to be and what
    was found are sealed with a key of its own; the bytes and that key are gone once it is
    submitted. What is counted here says nothing of anybody. `revision` grows with each change: who
    reads the file, and who confirms what was read, names the one he means."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, db_index=False, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=4)  # json, csv
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.READING)
    size = models.PositiveIntegerField()
    name_sealed = models.BinaryField()
    content_sealed = models.BinaryField(null=True)
    choices_sealed = models.BinaryField(null=True)
    report_sealed = models.BinaryField(null=True)
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    tries = models.PositiveSmallIntegerField(default=0)  # at reading this revision
    lease_until = models.DateTimeField(null=True)
    percent = models.PositiveSmallIntegerField(default=0)  # read so far
    people = models.PositiveIntegerField(default=0)
    jobs = models.PositiveIntegerField(default=0)
    problems = models.PositiveIntegerField(default=0)
    laws = models.JSONField(default=list)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["member", "-created_at"], name="upload_newest"),
            models.Index(
                fields=["state", "id"],
                name="upload_open",
                condition=models.Q(state__in=["reading", "submitting"]),
            ),
        ]


class UploadPart(TenantModel):
    """What becomes one request. Its content stands here until the transaction that makes the
    request: so nothing is made twice, whoever dies meanwhile."""

    upload = models.ForeignKey(Upload, models.CASCADE, db_index=False, related_name="parts")
    number = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    content_sealed = models.BinaryField(null=True)
    request = models.ForeignKey(
        PrivacyRequest, models.SET_NULL, null=True, db_constraint=False, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)  # done without a request: its member said so
    failures = models.PositiveSmallIntegerField(default=0)  # at making the request
    not_before = models.DateTimeField(null=True)  # of the next try
    reference = models.CharField(max_length=8, blank=True, default="")  # of the last, in the log

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_part_unique")
        ]


class KnownColumns(TenantModel):
    """What a member last said of a file's columns, for the next file with the same. `heading` is a
    keyed digest of their names, `meanings` stand in their order: no name of a file is kept. Which
    law and products were chosen for all its lines is only offered again, never taken."""

    member = models.ForeignKey(Member, models.CASCADE, db_index=False, related_name="+")
    heading = models.BinaryField(max_length=32)
    meanings = models.JSONField()
    regulation = models.CharField(max_length=40, blank=True, default="")
    products = models.JSONField(default=list)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "heading"], name="known_columns_unique")
        ]
