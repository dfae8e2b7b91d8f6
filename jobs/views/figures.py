"""What needs a person, and the numbers that matter, in words; each leads to its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.services.job_filter import JobFilter
from jobs.services.overview import Count
from jobs.services.reports import Errors, Median, Open
from jobs.views.filter_words import status_word

HOUR, MINUTE = 1 / 24, 1 / 1440
TELLING = 0.05  # days: a difference below is none


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person. `colour` and `shape` name a mark."""

    colour: str
    shape: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Figure:
    """`mark` is shown beside the number while there is something to see to."""

    label: Any
    number: str
    detail: str
    query: str
    mark: str = ""


def needs(
    wanted: JobFilter,
    acts: bool,
    held: Count,
    opened: Open,
    failed: Errors,
    *,
    tasks: Count,
    drafts: int,
) -> list[Need]:
    """Most urgent first; at the end one's own tasks and unfinished drafts."""
    base = wanted.cleared
    found = [
        (opened.overdue, "err", "late", _overdue, base.having(status="overdue")),
        (held, "wait", "needs", _held if acts else _held_for_officers, base.having(status="held")),
        (failed.count, "err", "error", _failed, base.having(status="error")),
        (opened.soon, "wait", "soon", _soon, base.having(status="soon")),
    ]
    here = reverse("jobs:job-list")
    return [
        *(
            Need(
                colour,
                shape,
                words(count.number) % {"n": shown(count)},
                f"{here}{target.query}#job-list",
            )
            for count, colour, shape, words, target in found
            if count.number
        ),
        *([_tasks(tasks)] if tasks.number else []),
        *([_drafts(drafts)] if drafts else []),
    ]


def _tasks(count: Count) -> Need:
    words = ngettext("%(n)s task waits for you", "%(n)s tasks wait for you", count.number)
    return Need("wait", "needs", words % {"n": shown(count)}, reverse("jobs:task-list"))


def _drafts(n: int) -> Need:
    words = ngettext("%(n)s unfinished draft", "%(n)s unfinished drafts", n) % {"n": n}
    return Need("off", "draft", words, reverse("jobs:request-new"))


def _overdue(n: int) -> str:
    return ngettext("%(n)s job is overdue", "%(n)s jobs are overdue", n)


def _held(n: int) -> str:
    return ngettext("%(n)s job waits for your decision", "%(n)s jobs wait for your decision", n)


def _held_for_officers(n: int) -> str:
    return ngettext("%(n)s job waits for an officer", "%(n)s jobs wait for an officer", n)


def _failed(n: int) -> str:
    return ngettext("%(n)s job is in error", "%(n)s jobs are in error", n)


def _soon(n: int) -> str:
    return ngettext("%(n)s job is due within 7 days", "%(n)s jobs are due within 7 days", n)


def figures(
    wanted: JobFilter, opened: Open, new: int, failed: Errors, median: Median
) -> Sequence[Figure]:
    base = wanted.cleared
    return [
        Figure(
            status_word("open", True),
            shown(opened.all),
            ngettext("%(n)s new today", "%(n)s new today", new) % {"n": grouped(new)},
            base.having(status="open").query,
        ),
        Figure(
            status_word("soon", True),
            shown(opened.soon),
            _due_today(opened),
            base.having(status="soon").query,
        ),
        Figure(
            status_word("overdue", True),
            shown(opened.overdue),
            _oldest(opened.oldest),
            base.having(status="overdue").query,
            "late",
        ),
        Figure(
            status_word("error", True),
            shown(failed.count),
            _at_product(failed),
            base.having(status="error").query,
            "error",
        ),
        Figure(
            _("Median to complete"),
            "–" if median.days is None else spent(median.days),
            _compared(median),
            base.having(status="complete").query,
        ),
    ]


def shown(count: Count) -> str:
    return grouped(count.number) + ("+" if count.more and count.number else "")


def grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


def spent(days: float) -> str:
    """ "3.2 days", "4 hours", "12 minutes"."""
    if days >= 1:
        tenths = round(days, 1)
        number = number_format(tenths, 0 if tenths == int(tenths) else 1)
        return ngettext("%(n)s day", "%(n)s days", 1 if tenths == 1 else 2) % {"n": number}
    if days >= HOUR:
        hours = round(days / HOUR)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    minutes = max(round(days / MINUTE), 1)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def _due_today(opened: Open) -> str:
    if not opened.soon.number:
        return ""
    if not opened.today.number:
        return _("None of them today")
    return _("%(n)s of them today") % {"n": shown(opened.today)}


def _oldest(days: int) -> str:
    if not days:
        return ""
    return ngettext("Oldest: %(n)s day over", "Oldest: %(n)s days over", days) % {"n": days}


def _at_product(failed: Errors) -> str:
    if not failed.product:
        return ""
    named = {"n": grouped(failed.at_product), "product": failed.product}
    return (_("%(n)s at %(product)s") if failed.all_asked else _("Most at %(product)s")) % named


def _compared(median: Median) -> str:
    """With the thirty days before."""
    if median.days is None:
        return _("Nothing completed in the last 30 days")
    if median.before is None:
        return _("Over the last 30 days")
    difference = median.days - median.before
    if abs(difference) < TELLING:
        return _("As in the 30 days before")
    by = {"time": spent(abs(difference))}
    if difference < 0:
        return _("%(time)s shorter than before") % by
    return _("%(time)s longer than before") % by
