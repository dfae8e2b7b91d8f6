"""Three levels of keys: master (environment) → organization → data key. Nothing is in clear."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from privacyportal.organizations.models import Organization


class MasterKeyCanary(models.Model):
    """A known text sealed with a master key: tells at start-up that the right one is there."""

    master_key_id = models.CharField(max_length=50, unique=True)
    sealed = models.BinaryField()

    class Meta:
        verbose_name_plural = "master key canaries"


class OrganizationKey(models.Model):
    """Wraps an organization's data keys and derives the key of its fingerprints."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="keys")
    version = models.PositiveSmallIntegerField()
    master_key_id = models.CharField(max_length=50)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "version"], name="organization_key_version"
            )
        ]


class Purpose(models.TextChoices):
    REQUEST = "request", _("Request")
    PRODUCT = "product", _("Product")
    CONSENT = "consent", _("Consent")
    WEBHOOK = "webhook", _("Webhook")
    DRAFT = "draft", _("Draft")


class DataKey(models.Model):
    """Seals one request or draft, one product's or webhook's secrets, or one consent store."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="data_keys")
    organization_key = models.ForeignKey(OrganizationKey, models.PROTECT, related_name="data_keys")
    purpose = models.CharField(max_length=10, choices=Purpose)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(wrapped__isnull=False, destroyed_at__isnull=True)
                | models.Q(wrapped__isnull=True, destroyed_at__isnull=False),
                name="data_key_destroyed_means_gone",
            )
        ]
