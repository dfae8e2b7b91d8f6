"""One submission: an API call, a form, an upload."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models.tenancy import TenantModel
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member, Organization


class Channel(models.TextChoices):
    API = "api", _("API")
    FORM = "form", _("Form")
    UPLOAD = "upload", _("Upload")
    LETTER = "letter", _("Letter")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")
    PUBLIC_PAGE = "public_page", _("Public page")
    GPC = "gpc", _("Global Privacy Control")


class Priority(models.TextChoices):
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class AnalyticsDeleteMethod(models.TextChoices):
    ANONYMIZE = "anonymize", _("Anonymize")
    PURGE = "purge", _("Purge")


class PrivacyRequest(TenantModel):
    """What was asked, by whom, under which law; its people's values are sealed with its own key."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    request_id = models.CharField(_("request id"), max_length=200)
    regulation = models.CharField(_("regulation"), max_length=40)  # canonical
    regulation_given = models.CharField(max_length=60)  # the caller's spelling
    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    external_reference = models.CharField(_("external reference"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("received"))
    created_at = models.DateTimeField(_("submitted"))
    submitted_by_kind = models.CharField(max_length=20)
    submitted_by_id = models.CharField(max_length=64)
    submitted_by = models.CharField(_("submitted by"), max_length=200)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    analytics_delete_method = models.CharField(
        max_length=10, choices=AnalyticsDeleteMethod, default=AnalyticsDeleteMethod.ANONYMIZE
    )
    expand_ids = models.BooleanField(default=False)
    opted_out = models.BooleanField(default=True)  # what its opt-outs say: false is back in
    contexts = models.JSONField(default=list)  # further companyContexts
    options = models.JSONField(default=dict)  # mergePolicyId, region, exclude
    content_digest = models.BinaryField(max_length=32)  # keyed; finds "same content as …"
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    # Who sees to it; a member who leaves leaves it to nobody.
    assignee = models.ForeignKey(
        Member, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            # An index that also finds the beginning of an id, whatever the database's collation.
            models.UniqueConstraint(
                fields=["organization", "request_id"],
                name="request_id_unique",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at", "-id"], name="request_newest"),
            models.Index(fields=["organization", "content_digest"], name="request_content"),
            models.Index(
                fields=["organization", "submitted_by_id", "-created_at", "-id"],
                name="request_newest_by_submitter",
            ),
            models.Index(
                fields=["assignee", "-created_at", "-id"],
                name="request_newest_by_assignee",
                condition=models.Q(assignee__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.request_id
