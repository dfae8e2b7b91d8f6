"""Jobs of each day: submitted, completed, in error; counted from two indexes, a day at a time.

A past day hardly changes (only a job that is retried leaves it), so what was counted is kept in the
cache for an hour; the last two days are counted each time. What is not in the cache is counted from
the newest day back, for as long as the caller has time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db import connection

from jobs.services.overview import regulations, today
from jobs.services.scope import OWN_MOST, Scope
from privacyportal.organizations.models import Organization

KEPT = 3600  # seconds
FRESH = 2  # days: what closes at midnight is committed after it
AT_FIRST = 5  # days in the first statement; each next one counts twice as many

DAY = timedelta(days=1)


class Counts(NamedTuple):
    submitted: int = 0
    completed: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    counts: Counts


@dataclass(frozen=True, slots=True)
class Days:
    """Ascending. Not `whole`: there was no time for the first of them, which are missing."""

    days: Sequence[Day]
    whole: bool

    @property
    def total(self) -> Counts:
        return _sum(day.counts for day in self.days)


# The laws of a day that have any jobs.
ByLaw = dict[str, Counts]


def days(scope: Scope, first: date, last: date, *, seconds: float) -> Days:
    """The days from `first` to `last`, within about `seconds`."""
    if scope.own:
        counted = _of_one_person(scope, first, last)
    else:
        counted = _of_all(scope.organization, first, last, seconds)
    found = [
        Day(on, _of_law(counted[on], scope.regulation)) for on in _between(first, last)
        if on in counted
    ]  # fmt: skip
    return Days(found, len(found) == (last - first).days + 1)


def midnight(day: date, organization: Organization) -> datetime:
    """When a day begins in the organization's time zone."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _of_law(laws: ByLaw, regulation: str) -> Counts:
    return laws.get(regulation, Counts()) if regulation else _sum(laws.values())


def _sum(counts: Iterable[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True))) if (counts := list(counts)) else Counts()


def _between(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def _of_all(
    organization: Organization, first: date, last: date, seconds: float
) -> dict[date, ByLaw]:
    key = f"days:{organization.pk}:{organization.time_zone}"
    until = monotonic() + seconds
    known: dict[date, ByLaw] = cache.get(key, {})
    laws = regulations(organization)
    recent = today(organization) - DAY * FRESH
    counted = _count(organization, laws, [on for on in _between(first, last) if on > recent])
    missing = [on for on in reversed(_between(first, last)) if on <= recent and on not in known]
    added: dict[date, ByLaw] = {}
    at_once = AT_FIRST
    while missing and monotonic() < until:
        added |= _count(organization, laws, missing[:at_once])
        missing, at_once = missing[at_once:], 2 * at_once
    if added:
        known |= added
        cache.set(key, known, KEPT)
    return known | counted


def _count(organization: Organization, laws: list[str], wanted: list[date]) -> dict[date, ByLaw]:
    counted: dict[date, ByLaw] = {on: {} for on in wanted}
    if not wanted:
        return counted
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT day.since, law.code, made.jobs, closed.jobs - closed.failed, closed.failed
            FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS day (since, until)
            CROSS JOIN unnest(%(laws)s::text[]) AS law (code)
            CROSS JOIN LATERAL (
                SELECT count(*) AS jobs FROM jobs_job
                WHERE organization_id = %(organization)s AND regulation = law.code
                    AND created_at >= day.since AND created_at < day.until
            ) AS made
            CROSS JOIN LATERAL (
                SELECT count(*) AS jobs, count(failed_at) AS failed FROM jobs_job
                WHERE organization_id = %(organization)s AND regulation = law.code
                    AND closed_at >= day.since AND closed_at < day.until
            ) AS closed
            WHERE made.jobs + closed.jobs > 0
            """,
            {
                "since": [midnight(on, organization) for on in wanted],
                "until": [midnight(on + DAY, organization) for on in wanted],
                "laws": laws,
                "organization": organization.pk,
            },
        )
        zone = ZoneInfo(organization.time_zone)
        for since, law, *numbers in cursor.fetchall():
            counted[since.astimezone(zone).date()][law] = Counts(*numbers)
    return counted


def _of_one_person(scope: Scope, first: date, last: date) -> dict[date, ByLaw]:
    """From the newest of their jobs: an index by person and closing time would cost all others."""
    wanted = _between(first, last)
    counted: dict[date, dict[str, list[int]]] = {on: {} for on in wanted}
    for law, number, what, jobs in _rows_of_one_person(scope, wanted):
        if 0 < number <= len(wanted):
            counted[wanted[number - 1]].setdefault(law, [0, 0, 0])[what] = jobs
    return {
        on: {law: Counts(*numbers) for law, numbers in laws.items()} for on, laws in counted.items()
    }


def _rows_of_one_person(
    scope: Scope, wanted: Sequence[date]
) -> Iterator[tuple[str, int, int, int]]:
    """(law, number of the day from 1, index in Counts, jobs)"""
    bounds = [midnight(on, scope.organization) for on in (*wanted, wanted[-1] + DAY)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH own AS MATERIALIZED (
                SELECT regulation, created_at, closed_at, failed_at FROM jobs_job
                WHERE organization_id = %(organization)s AND submitted_by_id = %(own)s
                ORDER BY created_at DESC, id DESC LIMIT %(most)s
            )
            SELECT regulation, width_bucket(created_at, %(bounds)s::timestamptz[]), 0, count(*)
            FROM own GROUP BY 1, 2
            UNION ALL
            SELECT regulation, width_bucket(closed_at, %(bounds)s::timestamptz[]),
                CASE WHEN failed_at IS NULL THEN 1 ELSE 2 END, count(*)
            FROM own WHERE closed_at IS NOT NULL GROUP BY 1, 2, 3
            """,
            {
                "organization": scope.organization.pk,
                "own": scope.own,
                "most": OWN_MOST,
                "bounds": bounds,
            },
        )
        yield from cursor.fetchall()
