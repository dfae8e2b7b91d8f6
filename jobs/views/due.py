"""Due dates in words: relative first, the date after it (the time zone is the organization's)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.rules.states import JobState
from jobs.services.overview import SOON_DAYS
from privacyportal.icons import icon
from privacyportal.times import day

register = template.Library()

FAR_DAYS = 60


@dataclass(frozen=True, slots=True)
class DueWords:
    """`tone` is late, soon, dim or nothing; the date stands beside `words` where `on` is given."""

    tone: str
    words: str
    on: date | None = None


NEVER = DueWords("dim", "")
ICONS = {"late": "alert-triangle", "soon": "clock"}


@register.filter
def due(found: DueWords) -> SafeString | str:
    """The words with their mark, and the date beside them. Rows of a list have few that differ:
    what was made is kept."""
    return _due(found, get_language(), timezone.localdate().year)


@lru_cache(maxsize=1024)
def _due(found: DueWords, *_shown_for: object) -> SafeString | str:
    if not found.words:
        return day(found.on) or "–"
    mark = format_html("{} ", icon(ICONS[found.tone])) if found.tone in ICONS else ""
    words = format_html('<span class="{}">{}{}</span>', found.tone, mark, found.words)
    if found.on is None:
        return words
    return format_html('{} <span class="dim wide-only">{}</span>', words, day(found.on))


def due_words(job: Job, today: date) -> DueWords:
    if job.state == JobState.COMPLETE and job.closed_at:
        return DueWords("dim", _done_in(job.request.received_at, job.closed_at))
    return until(job.due_on, today)


def until(due_on: date, today: date, soon: int = SOON_DAYS) -> DueWords:
    """Of something that is open; within `soon` days it is marked."""
    days = (due_on - today).days
    if days < 0:
        over = ngettext("%(days)s day over", "%(days)s days over", -days) % {"days": -days}
        return DueWords("late", over, due_on)
    if days == 0:
        return DueWords("soon", _("today"), due_on)
    if days > FAR_DAYS:
        return DueWords("", "", due_on)
    words = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return DueWords("soon" if days <= soon else "", words, due_on)


def _done_in(start: datetime, end: datetime) -> str:
    """From receipt, which is what the law counts from."""
    spent = end - start
    if spent.days >= 1:
        words = ngettext("done in %(n)s day", "done in %(n)s days", spent.days)
        return words % {"n": spent.days}
    hours, minutes = spent.seconds // 3600, spent.seconds // 60
    if hours:
        return ngettext("done in %(n)s hour", "done in %(n)s hours", hours) % {"n": hours}
    if minutes:
        return ngettext("done in %(n)s minute", "done in %(n)s minutes", minutes) % {"n": minutes}
    return _("done within a minute")
