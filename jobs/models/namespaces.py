"""Identity namespaces of an organization's own, beside the contract's standard ones."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.models.tenancy import TenantModel
from privacyportal.organizations.models import Organization


class CustomNamespace(TenantModel):
    """A registered namespace. `number` is its namespaceId: of one organization only, and never one
    of a standard namespace."""

    organization = models.ForeignKey(Organization, models.PROTECT, db_index=False, related_name="+")
    number = models.BigIntegerField(_("namespace id"), unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    canonical = models.CharField(max_length=255, editable=False)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("registered"))
    created_by = models.CharField(_("registered by"), max_length=200)

    class Meta:
        verbose_name = _("namespace")
        verbose_name_plural = _("namespaces")
        constraints = [
            models.UniqueConstraint(fields=["organization", "canonical"], name="namespace_unique")
        ]

    def __str__(self) -> str:
        return self.name
