"""Which jobs a list shows, in which order, and from where on: all of it stands in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.rules.regulations import lookup
from jobs.rules.states import JobState
from jobs.services import overview
from privacyportal.organizations.models import Organization

STATUSES: Mapping[str, Any] = {
    "": _("All jobs"),
    "open": _("Open"),
    "held": _("Waits for you"),
    "soon": _("Due within 7 days"),
    "overdue": _("Overdue"),
    "error": _("In error"),
    "submitted": _("Submitted"),
    "processing": _("Processing"),
    "complete": _("Complete"),
}
OLDEST_DUE_FIRST = {"open", "held", "soon", "overdue", "submitted", "processing"}


@dataclass(frozen=True, slots=True)
class JobFilter:
    """`after` is a cursor: the last row of the page before."""

    status: str = ""
    regulation: str = ""
    after: str = ""

    @property
    def by_due(self) -> bool:
        """Open jobs are listed by their due date, all others newest first."""
        return self.status in OLDEST_DUE_FIRST

    @property
    def narrows(self) -> bool:
        return bool(self.status or self.regulation)

    @property
    def query(self) -> str:
        """As the query of a URL, without what is not set."""
        named = {"status": self.status, "regulation": self.regulation, "after": self.after}
        given = urlencode({name: value for name, value in named.items() if value})
        return f"?{given}" if given else "?"

    def having(self, **changes: str) -> JobFilter:
        """Another filter, from its first page on."""
        return replace(self, **{"after": "", **changes})

    def select(self, jobs: QuerySet[Job], organization: Organization) -> QuerySet[Job]:
        found = _of_status(jobs, self.status, organization)
        if self.regulation:
            found = found.filter(regulation=self.regulation)
        if self.by_due:
            return _after_due(found.order_by("due_on", "pk"), self.after)
        return _after_newest(found.order_by("-created_at", "-pk"), self.after)

    def cursor(self, job: Job) -> str:
        at = job.due_on if self.by_due else job.created_at
        return f"{at.isoformat()}~{job.pk}"


def read(given: Mapping[str, str]) -> JobFilter:
    """What a query says; what is none of ours is as if it were not there."""
    status, law = given.get("status", ""), lookup(given.get("regulation", ""))
    return JobFilter(
        status=status if status in STATUSES else "",
        regulation=law.code if law else "",
        after=given.get("after", ""),
    )


def _of_status(jobs: QuerySet[Job], status: str, organization: Organization) -> QuerySet[Job]:
    today = overview.today(organization)
    match status:
        case "":
            return jobs
        case "open":
            return overview.open_jobs(jobs)
        case "held":
            return overview.held(jobs, organization)
        case "soon":
            return overview.soon(jobs, today)
        case "overdue":
            return overview.overdue(jobs, today)
        case JobState.SUBMITTED | JobState.PROCESSING:
            return overview.open_jobs(jobs).filter(state=status)
        case _:
            return jobs.filter(state=status)


def _after_due(jobs: QuerySet[Job], cursor: str) -> QuerySet[Job]:
    at, _tilde, pk = cursor.rpartition("~")
    try:
        on, last = date.fromisoformat(at), int(pk)
    except ValueError:
        return jobs
    return jobs.filter(due_on__gte=on).filter(Q(due_on__gt=on) | Q(pk__gt=last))


def _after_newest(jobs: QuerySet[Job], cursor: str) -> QuerySet[Job]:
    at, _tilde, pk = cursor.rpartition("~")
    try:
        when, last = datetime.fromisoformat(at), int(pk)
    except ValueError:
        return jobs
    if when.tzinfo is None:
        return jobs
    return jobs.filter(created_at__lte=when).filter(Q(created_at__lt=when) | Q(pk__lt=last))
