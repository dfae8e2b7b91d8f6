"""Due dates in words: relative first, the date after it (the time zone is the organization's)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job
from jobs.rules.states import JobState
from jobs.services.overview import SOON_DAYS

FAR_DAYS = 60


@dataclass(frozen=True, slots=True)
class DueWords:
    """`tone` is late, soon, dim or nothing; the date stands beside `words` where `on` is given."""

    tone: str
    words: str
    on: date | None = None


NEVER = DueWords("dim", "")


def due_words(job: Job, today: date) -> DueWords:
    if job.state == JobState.COMPLETE and job.closed_at:
        return DueWords("dim", _done_in(job.request.received_at, job.closed_at))
    return until(job.due_on, today)


def until(due_on: date, today: date) -> DueWords:
    """Of something that is open."""
    days = (due_on - today).days
    if days < 0:
        over = ngettext("%(days)s day over", "%(days)s days over", -days) % {"days": -days}
        return DueWords("late", over, due_on)
    if days == 0:
        return DueWords("soon", _("today"), due_on)
    if days > FAR_DAYS:
        return DueWords("", "", due_on)
    words = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return DueWords("soon" if days <= SOON_DAYS else "", words, due_on)


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
