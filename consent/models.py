"""Choices about the sale and sharing of personal data: every one, and the present one."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models import PrivacyRequest
from jobs.models.requests import Channel
from jobs.models.tenancy import TenantModel
from privacyportal.appendonly import append_only


class Purpose(models.TextChoices):
    SALE = "sale_or_sharing", _("Sale or sharing")


class ConsentRecord(TenantModel):
    """One choice of one identity, as it was made. It outlives the request that told of it, hence
    no foreign keys: `request_ref` is that request's own id."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    opted_out = models.BooleanField(_("opted out"))
    namespace = models.CharField(_("namespace"), max_length=255)  # canonical
    namespace_given = models.CharField(max_length=255)
    namespace_id = models.BigIntegerField(null=True)
    qualifier = models.CharField(max_length=20)
    key_version = models.PositiveSmallIntegerField()
    fingerprint = models.BinaryField(max_length=32)
    data_key_id = models.BigIntegerField()  # of the organization's consent store
    value_sealed = models.BinaryField()
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    effective_at = models.DateTimeField(_("effective"))
    recorded_at = models.DateTimeField(_("recorded"))
    request_pk = models.BigIntegerField()
    request_ref = models.CharField(_("request id"), max_length=200)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(_("submitted by"), max_length=200)

    class Meta:
        triggers = append_only("consent_record")
        indexes = [
            models.Index(
                fields=["organization", "purpose", "fingerprint", "-effective_at", "-id"],
                name="consent_history",
            ),
            models.Index(fields=["request_pk", "id"], name="consent_by_request"),
            models.Index(fields=["organization", "-id"], name="consent_newest"),
            models.Index(
                fields=["organization", "channel", "opted_out", "-id"], name="consent_by_channel"
            ),
            models.Index(fields=["public_id"], name="consent_record_page"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ConsentState(TenantModel):
    """The present choice of an identity: that of the record which is latest by (effective time,
    id)."""

    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    key_version = models.PositiveSmallIntegerField()
    fingerprint = models.BinaryField(max_length=32)
    opted_out = models.BooleanField(_("opted out"))
    effective_at = models.DateTimeField(_("effective"))
    record_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "purpose", "fingerprint"], name="consent_state_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["organization"],
                name="consent_state_out",
                condition=models.Q(opted_out=True),
            )
        ]


class ConsentDay(TenantModel):
    """How many choices took effect on a day (of the organization's time zone): counted by whoever
    records them, so that no page counts records."""

    day = models.DateField()
    channel = models.CharField(max_length=20, choices=Channel)
    opted_out = models.BooleanField()
    records = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day", "channel", "opted_out"], name="consent_day_unique"
            )
        ]


class ConsentCall(TenantModel):
    """A request for many identities, whose jobs are made from its records step by step. `made`
    counts the jobs, `last_record_id` is the last record that has one."""

    request = models.OneToOneField(PrivacyRequest, models.PROTECT, related_name="consent_call")
    products = models.JSONField()  # codes, as they were at the call
    total = models.PositiveIntegerField(_("identities"))
    made = models.PositiveIntegerField(_("jobs made"), default=0)
    last_record_id = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(_("all made"), null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="consent_call_open", condition=models.Q(closed_at__isnull=True)
            )
        ]


def value_place(record_id: int) -> str:
    """Where a sealed value belongs: bound into its ciphertext."""
    return f"consentrecord:{record_id}:value"
