"""The numbers of the dashboard, each from one index and bounded. Open jobs are read once, in the
order of their due dates, and everything about them follows from what was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from jobs.models import Product
from jobs.services.daily import DAY, midnight
from jobs.services.overview import SOON_DAYS, Count, regulations, today
from jobs.services.scope import OWN_MOST, Scope

OPEN_MOST = 10_000  # the first due; whoever has more knows enough
ERRORS_MOST = 1000
ASKED = 300  # of the jobs in error, newest first: at which product
SAMPLE_DAYS = 30
KEPT = 600  # seconds
SAMPLE = 40  # jobs of a day and law, newest first


@dataclass(frozen=True, slots=True)
class Open:
    """Open jobs by due date, of the scope's law and of each. `more` there are than were read."""

    day: date
    due: Mapping[date, int]
    laws: Mapping[str, int]
    more: bool

    def count(self, first: date | None = None, last: date | None = None) -> Count:
        """Of the jobs due from `first` to `last`; those were read to the end where not the last."""
        number = sum(
            jobs for on, jobs in self.due.items()
            if (first is None or on >= first) and (last is None or on <= last)
        )  # fmt: skip
        cut = self.more and (last is None or not self.due or max(self.due) <= last)
        return Count(number, cut)

    @property
    def all(self) -> Count:
        return self.count()

    @property
    def soon(self) -> Count:
        return self.count(self.day, self.day + timedelta(days=SOON_DAYS))

    @property
    def today(self) -> Count:
        return self.count(self.day, self.day)

    @property
    def overdue(self) -> Count:
        return self.count(last=self.day - DAY)

    @property
    def oldest(self) -> int:
        """How many days over the longest overdue one is; 0 where none is."""
        return max((self.day - min(self.due)).days, 0) if self.due else 0


@dataclass(frozen=True, slots=True)
class Errors:
    """Jobs in error. Of the newest of them `at_product` failed at `product`, the one with most;
    `asked` are all."""

    count: Count
    product: str = ""
    at_product: int = 0
    all_asked: bool = True


@dataclass(frozen=True, slots=True)
class Median:
    """Days from receipt to completion, of a sample of the last 30 days and of the 30 before."""

    days: float | None
    before: float | None


def open_jobs(scope: Scope) -> Open:
    rows = _open_rows(scope)
    read = sum(jobs for _, _, jobs in rows)
    due: Counter[date] = Counter()
    laws: Counter[str] = Counter()
    for law, on, jobs in rows:
        laws[law] += jobs
        if scope.regulation in ("", law):
            due[on] += jobs
    return Open(today(scope.organization), due, laws, read >= OPEN_MOST)


def _open_rows(scope: Scope) -> list[tuple[str, date, int]]:
    """(law, due date, jobs); of one person's from the newest of their jobs."""
    source = (
        """
        SELECT regulation, due_on FROM (
            SELECT regulation, due_on, closed_at FROM jobs_job
            WHERE organization_id = %(organization)s AND submitted_by_id = %(own)s
            ORDER BY created_at DESC, id DESC LIMIT %(own_most)s
        ) AS newest WHERE closed_at IS NULL
        """
        if scope.own
        else """
        SELECT regulation, due_on FROM jobs_job
        WHERE organization_id = %(organization)s AND closed_at IS NULL
        ORDER BY due_on, id LIMIT %(most)s
        """
    )
    return _rows(
        f"SELECT regulation, due_on, count(*) FROM ({source}) AS job GROUP BY regulation, due_on",
        scope,
        most=OPEN_MOST,
        own_most=OWN_MOST,
    )


def errors(scope: Scope) -> Errors:
    source = (
        """
        SELECT id, regulation, failed_at FROM jobs_job
        WHERE organization_id = %(organization)s AND submitted_by_id = %(own)s
        ORDER BY created_at DESC, id DESC LIMIT %(most)s
        """
        if scope.own
        else """
        SELECT id, regulation, failed_at FROM jobs_job
        WHERE organization_id = %(organization)s AND failed_at IS NOT NULL
        ORDER BY created_at DESC, id DESC LIMIT %(most)s
        """
    )
    [(read, found)] = _rows(
        f"""
        SELECT count(*), (array_agg(id) FILTER (
            WHERE failed_at IS NOT NULL AND (%(law)s = '' OR regulation = %(law)s)
        ))[1:%(errors)s] FROM ({source}) AS job
        """,
        scope,
        law=scope.regulation,
        errors=ERRORS_MOST + 1,
        most=OPEN_MOST if scope.own or scope.regulation else ERRORS_MOST + 1,
    )
    ids = found or []
    more = len(ids) > ERRORS_MOST or (not scope.own and read >= OPEN_MOST)
    count = Count(min(len(ids), ERRORS_MOST), more)
    return _at_product(scope, count, ids[:ASKED], len(ids) <= ASKED and not more)


def _at_product(scope: Scope, count: Count, ids: list[int], all_asked: bool) -> Errors:
    most = _rows(
        """
        SELECT min(product_id), product_code, count(*) FROM jobs_productresponse
        WHERE job_id = ANY(%(ids)s) AND state = 'error'
        GROUP BY product_code ORDER BY 3 DESC, 2 LIMIT 1
        """,
        scope,
        ids=ids,
    )
    if not most:
        return Errors(count)
    [(product_id, code, jobs)] = most
    product = Product.objects.for_organization(scope.organization).filter(pk=product_id).first()
    return Errors(count, str(product or code), jobs, all_asked)


def median_to_complete(scope: Scope) -> Median:
    """Kept for some minutes: it hardly moves in a day."""
    day = today(scope.organization)
    key = f"median:{scope.organization.pk}:{scope.own}:{scope.regulation}:{day}"
    known: Median | None = cache.get(key)
    if known is None:
        known = _medians(scope, day)
        cache.set(key, known, KEPT)
    return known


def _medians(scope: Scope, day: date) -> Median:
    now, before = (
        _median(scope, [day - DAY * (number + offset) for number in range(SAMPLE_DAYS)])
        for offset in (0, SAMPLE_DAYS)
    )
    return Median(now, before)


def _median(scope: Scope, days: list[date]) -> float | None:
    """Of at most SAMPLE jobs of each day and law, so that no busy hour stands for a month."""
    organization = scope.organization
    own = "AND submitted_by_id = %(own)s" if scope.own else ""
    source = (
        f"""
        SELECT request_id, closed_at FROM (
            SELECT regulation, request_id, closed_at, failed_at FROM jobs_job
            WHERE organization_id = %(organization)s {own}
            ORDER BY created_at DESC, id DESC LIMIT {2 * SAMPLE_DAYS * SAMPLE}
        ) AS newest
        WHERE regulation = ANY(%(laws)s) AND failed_at IS NULL
            AND closed_at >= %(first)s AND closed_at < %(last)s
        """
        if scope.own
        else """
        SELECT sample.request_id, sample.closed_at
        FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS day (since, until)
        CROSS JOIN unnest(%(laws)s::text[]) AS law (code)
        CROSS JOIN LATERAL (
            SELECT request_id, closed_at FROM jobs_job
            WHERE organization_id = %(organization)s AND regulation = law.code
                AND closed_at >= day.since AND closed_at < day.until AND failed_at IS NULL
            ORDER BY closed_at DESC LIMIT %(sample)s
        ) AS sample
        """
    )
    since = [midnight(on, organization) for on in days]
    until = [midnight(on + DAY, organization) for on in days]
    [(seconds,)] = _rows(
        f"""
        SELECT percentile_cont(0.5) WITHIN GROUP (
            ORDER BY extract(epoch FROM done.closed_at - request.received_at)
        )
        FROM ({source}) AS done JOIN jobs_privacyrequest AS request ON request.id = done.request_id
        """,
        scope,
        since=since,
        until=until,
        first=min(since),
        last=max(until),
        sample=SAMPLE,
        laws=[scope.regulation] if scope.regulation else regulations(organization),
    )
    return None if seconds is None else max(float(seconds), 0) / DAY.total_seconds()


def _rows(sql: str, scope: Scope, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organization": scope.organization.pk, "own": scope.own, **values})
        return cursor.fetchall()
