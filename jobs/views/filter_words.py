"""What a filter of the job list is called: its pills, its choices, its empty list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import Product
from jobs.rules.states import Action
from jobs.services.job_filter import PERIODS, JobFilter, as_day
from privacyportal.times import day

STATUSES: Mapping[str, Any] = {
    "open": gettext_lazy("Open"),
    "held": gettext_lazy("Waits for you"),
    "soon": gettext_lazy("Due within 7 days"),
    "overdue": gettext_lazy("Overdue"),
    "error": gettext_lazy("In error"),
    "submitted": gettext_lazy("Submitted"),
    "processing": gettext_lazy("Processing"),
    "complete": gettext_lazy("Complete"),
}
HELD_FOR_OTHERS = gettext_lazy("Waits for an officer")
SUGGESTED = ("overdue", "error", "held")
PERIOD_WORDS: Mapping[str, Any] = {
    "today": gettext_lazy("today"),
    "7": gettext_lazy("last 7 days"),
    "14": gettext_lazy("last 2 weeks"),
    "30": gettext_lazy("last 30 days"),
}
NOTHING: Mapping[str, Any] = {
    "overdue": gettext_lazy("Nothing is overdue."),
    "soon": gettext_lazy("Nothing is due in the next 7 days."),
    "held": gettext_lazy("No delete waits for a decision."),
    "error": gettext_lazy("No job is in error."),
}


@dataclass(frozen=True, slots=True)
class Pill:
    """A filter that is set; `without` is the list without it."""

    name: str
    value: str
    without: JobFilter


def status_word(status: str, acts: bool) -> Any:
    return HELD_FOR_OTHERS if status == "held" and not acts else STATUSES[status]


def pills(wanted: JobFilter, products: Iterable[Product], acts: bool) -> list[Pill]:
    """One for each filter that is set, but for the law: that is the page's own switch."""
    named = [
        (_("Status"), wanted.status and status_word(wanted.status, acts), ("status",)),
        (_("Due"), wanted.due and day(as_day(wanted.due)), ("due",)),
        (_("Requested"), wanted.since and PERIOD_WORDS[wanted.since], ("since",)),
        (_("Submitted"), _span(wanted), ("first", "last")),
        (_("Action"), wanted.action and Action(wanted.action).label, ("action",)),
        (_("Product"), wanted.product and _product(wanted.product, products), ("product",)),
        (_("Submitted by"), wanted.by and _("me"), ("by",)),
        (_("Person"), wanted.person and _("one that was found"), ("person",)),
        (_("Request"), wanted.request and _("one that was found"), ("request",)),
        (_("Jobs"), wanted.ids and _("those that were found"), ("ids",)),
    ]  # fmt: skip
    return [
        Pill(name, str(value), wanted.having(**dict.fromkeys(fields, "")))
        for name, value, fields in named
        if value
    ]


def suggestions(wanted: JobFilter, acts: bool) -> list[tuple[JobFilter, Any]]:
    """Filters that are one click away while no status is set."""
    if wanted.status or wanted.due:
        return []
    return [(wanted.having(status=name), status_word(name, acts)) for name in SUGGESTED]


def nothing(wanted: JobFilter) -> Any:
    """Why a list is empty: in words of its own where a status alone narrows it."""
    alone = wanted.having(status="") == wanted.cleared
    return NOTHING.get(wanted.status, "") if alone and not wanted.regulation else ""


def choices(products: Sequence[Product], acts: bool) -> dict[str, list[tuple[str, Any]]]:
    """The menus of the filter's form: field → values and words."""
    return {
        "status": [(name, status_word(name, acts)) for name in STATUSES],
        "action": [(action.value, action.label) for action in Action],
        "product": [(product.code, str(product)) for product in products],
        "since": [(name, PERIOD_WORDS[name]) for name in PERIODS],
    }


def _span(wanted: JobFilter) -> str:
    first, last = as_day(wanted.first), as_day(wanted.last)
    if first and last:
        if first == last:
            return day(first)
        return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}
    if first:
        return _("from %(first)s") % {"first": day(first)}
    return _("until %(last)s") % {"last": day(last)} if last else ""


def _product(code: str, products: Iterable[Product]) -> str:
    return next((str(product) for product in products if product.code == code), code)
