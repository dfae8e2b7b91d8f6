"""Requests that somebody has begun to type; and what a delete would touch that nobody has
submitted yet."""

from __future__ import annotations

import uuid

from django.db import models

from jobs.models.products import Product
from jobs.models.tenancy import TenantModel
from jobs.models.uploads import Upload
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member, Organization


class SavedDraft(TenantModel):
    """A request half-way, of one member alone. What it says is sealed with a key of its own, which
    is destroyed when the draft is submitted, discarded or too old. `about` is a keyed digest of its
    people and products: a count (DryRun) is of the draft as it is while both say the same."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, db_index=False, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    people = models.PositiveIntegerField()  # who can be read so far
    content_sealed = models.BinaryField()
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    about = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        # The form names its draft before it is first saved: the id is unique for its member only.
        constraints = [
            models.UniqueConstraint(fields=["member", "public_id"], name="saved_draft_unique")
        ]
        indexes = [models.Index(fields=["member", "-saved_at"], name="saved_draft_newest")]


class DryRun(TenantModel):
    """What a delete of a draft, or of an upload, would touch at one product: `tables` is [{"name",
    "erase", "blank", "keep"}], counts alone; or why nothing could be counted (a detail key)."""

    draft = models.ForeignKey(
        SavedDraft,
        models.CASCADE,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="dry_runs",
    )
    upload = models.ForeignKey(
        Upload,
        models.CASCADE,
        null=True,
        db_index=False,
        db_constraint=False,
        related_name="dry_runs",
    )
    product = models.ForeignKey(
        Product, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    about = models.BinaryField(max_length=32)
    tables = models.JSONField(default=list)
    detail = models.CharField(max_length=100, blank=True, default="")
    params = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "product"], name="dry_run_unique"),
            models.UniqueConstraint(fields=["upload", "product"], name="dry_run_unique_of_upload"),
            models.CheckConstraint(
                condition=models.Q(draft__isnull=True) ^ models.Q(upload__isnull=True),
                name="dry_run_of_one",
            ),
        ]
