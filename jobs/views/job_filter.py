"""Which jobs a list shows, in which order, and from where on: all of it stands in the URL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

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
    """`after` is the public id of the last job of the page before."""

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
        found = found.order_by(*(("due_on", "pk") if self.by_due else ("-created_at", "-pk")))
        last = jobs.filter(public_id=self.after).first() if self.after else None
        if last is None:
            return found
        return _after_due(found, last) if self.by_due else _after_newest(found, last)


def read(given: Mapping[str, str]) -> JobFilter:
    """What a query says; what is none of ours is as if it were not there."""
    status, law = given.get("status", ""), lookup(given.get("regulation", ""))
    return JobFilter(
        status=status if status in STATUSES else "",
        regulation=law.code if law else "",
        after=_job_id(given.get("after", "")),
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


def _after_due(jobs: QuerySet[Job], last: Job) -> QuerySet[Job]:
    later = Q(due_on__gt=last.due_on) | Q(pk__gt=last.pk)
    return jobs.filter(due_on__gte=last.due_on).filter(later)


def _after_newest(jobs: QuerySet[Job], last: Job) -> QuerySet[Job]:
    older = Q(created_at__lt=last.created_at) | Q(pk__lt=last.pk)
    return jobs.filter(created_at__lte=last.created_at).filter(older)


def _job_id(given: str) -> str:
    try:
        return str(UUID(given))
    except ValueError:
        return ""
