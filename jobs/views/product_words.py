"""How a product does, in words and a mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jobs.models import Product
from jobs.processors.registry import PROCESSORS
from jobs.services.job_filter import JobFilter
from jobs.services.overview import Count
from jobs.services.product_health import Health
from jobs.views.figures import shown
from jobs.views.status import PAUSED, Status

HEALTHY = Status("ok", "complete", gettext_lazy("Healthy"))
IDLE = Status("off", "submitted", gettext_lazy("Nothing done yet"))
SILENT = Status("err", "error", gettext_lazy("Does not answer"))
UNSET = Status("off", "skipped", gettext_lazy("No settings yet"))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a product; `query` leads to its jobs, where there are any to see."""

    label: Any
    number: str
    detail: str
    href: str = ""


def status_of(product: Product) -> Status:
    if product.paused_at:
        return PAUSED
    if product.current_settings_id is None:
        return UNSET
    if product.unavailable_since:
        return SILENT
    return HEALTHY if product.last_success_at else IDLE


def kind_of(product: Product) -> Any:
    """What its processor is called; its bare name where this installation lacks it."""
    known = PROCESSORS.get(product.processor)
    return (known and known.label) or product.processor


def figures(product: Product, health: Health) -> Sequence[Figure]:
    jobs = reverse("jobs:job-list")
    waiting = JobFilter(status="open", product=product.code).query
    failed = JobFilter(status="error", product=product.code).query
    return (
        Figure(_("Waiting"), shown(health.waiting), _oldest(health), jobs + waiting),
        Figure(
            _("Done, 24 hours"),
            number_format(health.done, use_l10n=True, force_grouping=True),
            _batches(health.batches),
        ),
        Figure(_("Error rate, 7 days"), rate(health), _of(health), jobs + failed),
        Figure(_("A usual batch"), seconds(health.seconds), _pending(health.pending)),
    )


def rate(health: Health) -> str:
    """ "0.2 %"."""
    if not health.tried:
        return "–"
    digits = 0 if health.error_rate in (0, 100) else 1
    return f"{number_format(health.error_rate, digits)} %"


def age(health: Health) -> str:
    """How long the oldest of what waits has waited; "" where nothing does."""
    if health.oldest is None:
        return ""
    passed = timezone.now() - health.oldest
    if passed.days:
        return ngettext("%(n)s day", "%(n)s days", passed.days) % {"n": passed.days}
    if passed.seconds >= 3600:
        return _("%(n)s h") % {"n": passed.seconds // 3600}
    if passed.seconds >= 60:
        return _("%(n)s min") % {"n": passed.seconds // 60}
    return _("%(n)s s") % {"n": max(passed.seconds, 1)}


def seconds(value: float | None) -> str:
    if value is None:
        return "–"
    return _("%(n)s s") % {"n": number_format(value, 1 if value < 10 else 0)}


def _oldest(health: Health) -> str:
    passed = age(health)
    return _("Oldest: %(age)s") % {"age": passed} if passed else _("Nothing waits")


def _batches(number: int) -> str:
    return ngettext("in %(n)s batch", "in %(n)s batches", number) % {"n": number}


def _of(health: Health) -> str:
    if not health.tried:
        return _("Nothing was tried")
    grouped = {"failed": health.failed, "tried": health.tried}
    return _("%(failed)s of %(tried)s") % {
        name: number_format(value, use_l10n=True, force_grouping=True)
        for name, value in grouped.items()
    }


def _pending(pending: Count) -> str:
    if not pending.number:
        return ""
    words = ngettext("%(n)s answer to come", "%(n)s answers to come", pending.number)
    return words % {"n": shown(pending)}
