"""Which jobs are wanted, in which order, and from where on: all of it stands in a URL.

Each list walks one index. What no index knows (an action, a product …) is looked at row by row, but
only so far (LOOK): a list that found too little by then says so, and goes on from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Job, ProductResponse
from jobs.rules.regulations import lookup
from jobs.rules.states import Action, JobState
from jobs.services import overview
from jobs.services.daily import DAY, midnight
from jobs.services.overview import MOST, SOON_DAYS, Count
from privacyportal.actors import Actor
from privacyportal.organizations.models import Organization

LOOK = 20_000  # jobs looked at for one page
LOOK_AT_PRODUCTS = 5_000  # each of them costs a look at its responses
IDS_MOST = 50  # in a URL
STATUSES = ("open", "held", "soon", "overdue", "error", "submitted", "processing", "complete")
OPEN_STATUSES = frozenset({"open", "held", "soon", "overdue", "submitted", "processing"})
PERIODS: Mapping[str, int] = {"today": 1, "7": 7, "14": 14, "30": 30}  # days, today among them


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Everything as the URL has it, checked. `since` is one of PERIODS; `first` and `last` are days
    of submission, `due` a day. `ids`, `person` and `request` are public ids; `after` is that of the
    last job of the page before. `range` is what the charts show, and narrows nothing."""

    status: str = ""
    regulation: str = ""
    action: str = ""
    product: str = ""
    by: str = ""
    since: str = ""
    first: str = ""
    last: str = ""
    due: str = ""
    person: str = ""
    request: str = ""
    ids: str = ""
    sort: str = ""
    range: str = ""
    after: str = ""

    @property
    def by_due(self) -> bool:
        """Open jobs are listed by their due date unless wished otherwise, all others newest
        first."""
        return (self.status in OPEN_STATUSES or bool(self.due)) and self.sort != "submitted"

    @property
    def query(self) -> str:
        """As the query of a URL. Without a law it says so: a bare address means the one that was
        looked at last."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return "?" + urlencode({n: v for n, v in given.items() if v} or {"regulation": ""})

    @property
    def given(self) -> Mapping[str, str]:
        """What is set, for hidden fields of a form; never where a page begins."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in found.items() if value and name != "after"}

    def having(self, **changes: str) -> JobFilter:
        """Another filter, from its first page on."""
        return replace(self, **{"after": "", **changes})

    @property
    def due_first(self) -> JobFilter:
        """The same in the order of due dates, which only open jobs have."""
        status = self.status if self.status in OPEN_STATUSES else "open"
        return self.having(status="" if self.due else status, sort="")

    @property
    def newest_first(self) -> JobFilter:
        return self.having(sort="submitted")

    @property
    def cleared(self) -> JobFilter:
        """Of the same law and charts, all jobs."""
        return JobFilter(regulation=self.regulation, range=self.range)


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `after` is where the next one begins, if there is one; `short` that no more than
    this was found among the jobs looked at. `count` is of the whole list."""

    jobs: Sequence[Job]
    after: str
    short: bool = False


class JobList:
    """The jobs that a filter wants of those that somebody may see."""

    def __init__(
        self, wanted: JobFilter, jobs: QuerySet[Job], organization: Organization, by: Actor
    ) -> None:
        self.wanted, self.jobs, self.organization, self.by = wanted, jobs, organization, by
        self.order = ("due_on", "pk") if wanted.by_due else ("-created_at", "-pk")
        self.look = LOOK_AT_PRODUCTS if wanted.product else LOOK
        walked, self.rest = self._status(self._person(self._days(jobs)))
        self.walked = self._after(walked).order_by(*self.order)
        self.rest += self._others()

    def page(self, size: int, prepared: Any = lambda jobs: jobs) -> Found:
        """`prepared` adds to the query what the page shows of its jobs."""
        floor = self._floor()
        shown = list(prepared(self._within(floor))[: size + 1])
        if len(shown) > size:
            return Found(shown[:size], str(shown[size - 1].public_id))
        if floor is None:
            return Found(shown, "")
        [last] = self.jobs.filter(pk=floor["pk"]).values_list("public_id", flat=True)
        return Found(shown, str(last), short=True)

    def count(self, most: int = MOST) -> Count:
        """Of all pages together, as far as they are looked at."""
        floor = self._floor()
        number = self._within(floor).order_by()[: most + 1].count()
        return Count(min(number, most), number > most or floor is not None)

    def ids(self, most: int) -> list[int]:
        """Primary keys of the first `most`."""
        return list(self._within(self._floor()).values_list("pk", flat=True)[:most])

    def _within(self, floor: Mapping[str, Any] | None) -> QuerySet[Job]:
        found = self.walked.filter(*self.rest)
        if floor is None:
            return found
        if self.wanted.by_due:
            return found.filter(due_on__lte=floor["due_on"])
        return found.filter(created_at__gte=floor["created_at"])

    def _floor(self) -> Mapping[str, Any] | None:
        """The last job that is looked at, where there are conditions that no index knows."""
        if not self.rest:
            return None
        key = self.order[0].lstrip("-")
        return self.walked.values(key, "pk")[self.look : self.look + 1].first()

    # --- what an index knows ---------------------------------------------------------------------

    def _days(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        first, last = period(self.wanted, overview.today(self.organization))
        if first:
            jobs = jobs.filter(created_at__gte=midnight(first, self.organization))
        if last:
            jobs = jobs.filter(created_at__lt=midnight(last + DAY, self.organization))
        return jobs

    def _person(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        wanted = self.wanted
        if wanted.by:
            jobs = jobs.filter(submitted_by_id=self.by.id)
        if wanted.person:
            jobs = jobs.filter(data_subject__public_id=wanted.person)
        if wanted.request:
            jobs = jobs.filter(request__public_id=wanted.request)
        if wanted.ids:
            jobs = jobs.filter(public_id__in=wanted.ids.split(","))
        return jobs

    def _status(self, jobs: QuerySet[Job]) -> tuple[QuerySet[Job], list[Any]]:
        """What the walked index is about, and what is looked at in each row."""
        wanted, today = self.wanted, overview.today(self.organization)
        if wanted.status == "error":
            return overview.in_error(jobs), []
        if not wanted.by_due:
            return jobs, _looked_at(wanted, today, self.organization)
        jobs = overview.open_jobs(jobs)
        if wanted.due:
            jobs = jobs.filter(due_on=wanted.due)
        match wanted.status:
            case "held":
                return overview.held(jobs, self.organization), []
            case "soon":
                return overview.soon(jobs, today), []
            case "overdue":
                return overview.overdue(jobs, today), []
            case JobState.SUBMITTED | JobState.PROCESSING:
                return jobs, [Q(state=wanted.status)]
        return jobs, []

    def _others(self) -> list[Any]:
        wanted = self.wanted
        rest: list[Any] = []
        if wanted.regulation and not self._by_law:
            rest.append(Q(regulation=wanted.regulation))
        if wanted.action:
            rest.append(Q(action=wanted.action))
        if wanted.product:
            responses = ProductResponse.objects.filter(job_id=OuterRef("pk"))
            rest.append(Exists(responses.filter(product_code=wanted.product)))
        return rest

    @property
    def _by_law(self) -> bool:
        """Whether the walked index begins with the law."""
        wanted = self.wanted
        return not (wanted.by_due or wanted.status == "error" or wanted.by)

    def _after(self, jobs: QuerySet[Job]) -> QuerySet[Job]:
        if self.wanted.regulation and self._by_law:
            jobs = jobs.filter(regulation=self.wanted.regulation)
        last = self.jobs.filter(public_id=self.wanted.after).first() if self.wanted.after else None
        if last is None:
            return jobs
        if self.wanted.by_due:
            later = Q(due_on__gt=last.due_on) | Q(pk__gt=last.pk)
            return jobs.filter(due_on__gte=last.due_on).filter(later)
        older = Q(created_at__lt=last.created_at) | Q(pk__lt=last.pk)
        return jobs.filter(created_at__lte=last.created_at).filter(older)


def _looked_at(wanted: JobFilter, today: date, organization: Organization) -> list[Any]:
    """The conditions of a status where jobs are walked by their time of submission."""
    rest: list[Any] = [Q(due_on=wanted.due)] if wanted.due else []
    if wanted.status in JobState.values:
        return [*rest, Q(state=wanted.status)]
    if wanted.status in OPEN_STATUSES or wanted.due:
        rest.append(Q(closed_at__isnull=True))
    match wanted.status:
        case "held":
            rest.append(Q(pk__in=overview.held_job_ids(organization)))
        case "soon":
            rest.append(Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS)))
        case "overdue":
            rest.append(Q(due_on__lt=today))
    return rest


def period(wanted: JobFilter, today: date) -> tuple[date | None, date | None]:
    """The first and the last day of submission, where there are any."""
    if wanted.since:
        return today - timedelta(days=PERIODS[wanted.since] - 1), None
    return as_day(wanted.first), as_day(wanted.last)


def read(given: Mapping[str, str]) -> JobFilter:
    """What a query says; what is none of ours is as if it were not there."""
    law = lookup(given.get("regulation", ""))
    since = given.get("since", "")
    chosen = since in PERIODS
    return JobFilter(
        status=_one_of(STATUSES, given.get("status")),
        regulation=law.code if law else "",
        action=_one_of(Action.values, given.get("action")),
        product=given.get("product", "").strip()[:100].replace("\0", ""),
        by=_one_of(("me",), given.get("by")),
        since=since if chosen else "",
        first="" if chosen else _day(given.get("first")),
        last="" if chosen else _day(given.get("last")),
        due=_day(given.get("due")),
        person=_id(given.get("person")),
        request=_id(given.get("request")),
        ids=",".join(read_ids(given.get("ids", "").split(","), IDS_MOST)),
        sort=_one_of(("submitted",), given.get("sort")),
        range=read_range(given),
        after=_id(given.get("after")),
    )


RANGES = ("7", "30", "90")
RANGE_MOST = 366  # days


def read_range(given: Mapping[str, str]) -> str:
    """One of RANGES, or two days of the fields `from` and `to` as one text."""
    text = given.get("range", "")
    begin, _, end = text.partition("..")
    first, last = as_day(given.get("from", "") or begin), as_day(given.get("to", "") or end)
    if first and last and first <= last < first + timedelta(days=RANGE_MOST):
        return f"{first}..{last}"
    return text if text in RANGES else ""


def as_day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _day(text: str | None) -> str:
    day = as_day(text)
    return day.isoformat() if day else ""


def _one_of(known: Sequence[str], text: str | None) -> str:
    return text if text and text in known else ""


def read_ids(given: Sequence[str], most: int) -> list[str]:
    """Those that are public ids, in one spelling."""
    return [found for text in given[:most] if (found := _id(text))]


def _id(text: str | None) -> str:
    try:
        return str(UUID(text or ""))
    except ValueError:
        return ""
