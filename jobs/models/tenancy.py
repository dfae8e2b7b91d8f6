"""The one way to look something up: within an organization."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from privacyportal.organizations.models import Organization


class TenantQuerySet(models.QuerySet[Any]):
    def for_organization(self, organization: Organization) -> Self:
        return self.filter(organization=organization)


TenantManager = models.Manager.from_queryset(TenantQuerySet)


class TenantModel(models.Model):
    """A row of one organization. `objects.for_organization(…)` is how views and services look.
    Only the roots of a tree check the reference: thousands of rows a submission need not."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )

    objects = TenantManager()

    class Meta:
        abstract = True
