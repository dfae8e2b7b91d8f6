"""Systems that hold personal data, and the versions of their settings."""

from __future__ import annotations

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.tenancy import TenantModel
from jobs.rules.states import Action
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Organization


def usual_actions() -> list[str]:
    return [Action.ACCESS, Action.DELETE]


class Product(TenantModel):
    """A system of the organization. A product that does not answer backs off as a whole:
    `unavailable_until` says until when it is left alone."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=100)
    display_name = models.CharField(_("name"), max_length=200, blank=True)
    processor = models.CharField(_("processor"), max_length=50)
    current_settings = models.ForeignKey(
        "ProductSettings", models.PROTECT, null=True, related_name="+", db_index=False
    )
    actions = ArrayField(models.CharField(max_length=20), default=usual_actions)
    max_parallel = models.PositiveSmallIntegerField(_("batches at once"), default=2)
    # What the owner allows; the processor's own `max_parallel` holds beside it.
    parallel_limit = models.PositiveSmallIntegerField(
        _("batches at once, at most"), null=True, blank=True
    )
    per_minute = models.PositiveIntegerField(_("people a minute, at most"), null=True, blank=True)
    # Of `per_minute`: how many may be claimed as of `allowed_at`; more with every second since.
    allowance = models.FloatField(default=0, editable=False)
    allowed_at = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    unavailable_since = models.DateTimeField(null=True, blank=True)
    unavailable_until = models.DateTimeField(null=True, blank=True)
    unavailable_detail = models.CharField(max_length=100, blank=True)
    unavailable_params = models.JSONField(default=dict)
    failures = models.PositiveIntegerField(default=0)  # unanswered probes in a row
    told_down_at = models.DateTimeField(null=True, editable=False)  # members, that it is silent
    told_due_at = models.DateTimeField(null=True, editable=False)  # and that a date is near
    last_success_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", Lower("code"), name="product_code_unique")
        ]

    def __str__(self) -> str:
        return self.display_name or self.code


class ProductSettings(TenantModel):
    """One immutable version: the mapping in clear, connection and secrets sealed apart."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    mapping = models.JSONField()
    secrets_sealed = models.BinaryField()
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="product_settings_number")
        ]
        triggers = [
            pgtrigger.Protect(name="product_settings_immutable", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"version {self.number}"
