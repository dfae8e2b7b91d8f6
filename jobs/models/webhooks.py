"""Webhooks: who is told, each chain of tries to tell, and the keys that sign."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.models.tenancy import TenantModel
from jobs.rules.events import Kind
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Organization


class WebhookState(models.TextChoices):
    PENDING = "pending", _("Challenge to come")
    WAITING = "waiting", _("Waits for the visit of its address")
    ACTIVE = "active", _("Active")
    UNSTABLE = "unstable", _("Unstable")
    DISABLED = "disabled", _("Disabled")


LIVE = (WebhookState.ACTIVE, WebhookState.UNSTABLE)  # deliveries are made and sent


class Webhook(TenantModel):
    """A registered URL. `reason` says why it is disabled (services/webhooks.py has the words);
    `lease_until` is held by the process that makes its challenge."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    url = models.CharField(_("address"), max_length=2000)
    kinds = ArrayField(models.PositiveSmallIntegerField(choices=Kind))
    client_id = models.CharField(max_length=64)
    secret_sealed = models.BinaryField()
    data_key = models.ForeignKey(DataKey, models.PROTECT, related_name="+")
    state = models.CharField(_("status"), max_length=10, choices=WebhookState)
    reason = models.CharField(max_length=30, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)  # of the state
    lease_until = models.DateTimeField(null=True)
    visit_hash = models.BinaryField(max_length=32, null=True)  # SHA-256 of the visit's token
    visit_until = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # administrators know that it is disabled
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=WebhookState.values), name="webhook_state_known"
            ),
            models.UniqueConstraint(fields=["visit_hash"], name="webhook_visit_unique"),
        ]
        indexes = [
            models.Index(
                fields=["organization", "id"],
                name="webhook_kept",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["id"], name="webhook_to_challenge", condition=Q(state="pending")),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    OPEN = "open", _("On its way")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Delivery(TenantModel):
    """One event on its way to one webhook: tried at `not_before`, under a lease, and no longer
    than `last_try_at`. `tries` counts those of the present chain."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(
        Webhook, models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    event_id = models.BigIntegerField()
    state = models.CharField(_("status"), max_length=10, choices=DeliveryState)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    last_try_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "webhook"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["delivered", "failed"], closed_at__isnull=False),
                name="delivery_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "not_before", "id"],
                name="delivery_due",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["last_try_at"],
                name="delivery_over",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["webhook", "lease_until"],
                name="delivery_in_flight",
                condition=Q(lease_until__isnull=False),
            ),
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),
        ]
        verbose_name_plural = "deliveries"


class DeliveryTry(TenantModel):
    """One POST: what was answered, or why nothing was. `number` is x-adobe-retry-count."""

    delivery_id = models.BigIntegerField()
    webhook_id = models.BigIntegerField()
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP; null where none came
    error = models.CharField(max_length=30, blank=True)  # privacyportal/outbound.py has the words
    good = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["delivery_id", "id"], name="delivery_try_of"),
            models.Index(fields=["webhook_id", "started_at"], name="delivery_try_recent"),
        ]
        verbose_name_plural = "delivery tries"


class SigningKey(models.Model):
    """One of the installation's keys that sign deliveries. The two newest are in use, each at its
    own `slot`; what has been replaced keeps its public half for those who still read with it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slot = models.PositiveSmallIntegerField()  # 1 or 2
    public_pem = models.TextField()
    private_sealed = models.TextField(blank=True)  # with the master key; empty once replaced
    created_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot"], name="signing_key_of_slot", condition=Q(replaced_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(slot__in=[1, 2]), name="signing_key_two_slots"),
        ]
