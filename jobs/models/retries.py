"""Retries of all that ended in error at a product."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jobs.models.products import Product
from jobs.models.tenancy import TenantModel
from privacyportal.actors import Actor, Kind


class ProductRetry(TenantModel):
    """What was in error at a product when somebody asked for it to be tried again: walked in
    batches by id, `after` is the last that was looked at. `refused` counts by officers.Refusal."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="retries", db_index=False)
    by_kind = models.CharField(max_length=20)
    by_id = models.CharField(max_length=64)
    by_name = models.CharField(max_length=200)
    total = models.PositiveIntegerField()
    after = models.BigIntegerField(default=0)
    retried = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=dict)
    failures = models.PositiveSmallIntegerField(default=0)  # of one batch, in a row
    not_before = models.DateTimeField(null=True)  # of the next batch, after a failure
    started_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    stopped_by = models.CharField(max_length=200, blank=True)  # whoever ended it before its end

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product"], name="product_retry_one_open", condition=Q(ended_at=None)
            )
        ]
        indexes = [models.Index(fields=["product", "-id"], name="product_retry_newest")]

    @property
    def by(self) -> Actor:
        kind: Kind = self.by_kind  # type: ignore[assignment]
        return Actor(kind, self.by_id, self.by_name)

    @property
    def kept(self) -> int:
        """Those that could not be tried again."""
        return sum(self.refused.values())
