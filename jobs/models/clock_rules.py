"""What an organization set in its clocks: versions, each for the requests that came after it."""

from django.db import models
from django.utils import timezone

from jobs.models.tenancy import TenantModel
from privacyportal.appendonly import append_only


class ClockRules(TenantModel):
    """One version. `overrides` are objects of regulation, action, amount, unit and reason;
    `workdays` weekdays (Monday is 0); `holidays` a place, "" for the law's own."""

    overrides = models.JSONField(default=list)
    workdays = models.JSONField(default=list)
    holidays = models.CharField(max_length=10, blank=True, default="")
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.CharField(max_length=200)

    class Meta:
        triggers = append_only("clock_rules")
        indexes = [models.Index(fields=["organization", "-set_at"], name="clock_rules_newest")]
