"""Requests in a list: which, in which order, and how far each has come. However many there are, a
page of them costs as many index probes as it has rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.models import Job, PrivacyRequest
from privacyportal.organizations.models import Organization

COUNTED = 10_000  # jobs and people of one request: counted no further in a list


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a request has come, in jobs; `due_on` is the first of those that are open."""

    people: int = 0
    jobs: int = 0
    complete: int = 0
    error: int = 0
    due_on: date | None = None

    @property
    def open(self) -> int:
        return self.jobs - self.complete - self.error


def newest(
    requests: QuerySet[PrivacyRequest], after: PrivacyRequest | None, many: int
) -> list[PrivacyRequest]:
    """The next of them, newest first, with who sees to them."""
    if after:
        older = Q(created_at__lt=after.created_at) | Q(pk__lt=after.pk)
        requests = requests.filter(created_at__lte=after.created_at).filter(older)
    found = requests.select_related("assignee__user").order_by("-created_at", "-pk")
    return list(found[:many])


def newest_open(
    requests: QuerySet[PrivacyRequest],
    organization: Organization,
    after: PrivacyRequest | None,
    many: int,
) -> list[PrivacyRequest]:
    """The next of them that have an open job, the one submitted last first. They are found from
    the open jobs, since most requests are long closed."""
    ids = _with_open_jobs(organization, after.pk if after else None, many)
    found = requests.filter(pk__in=ids).select_related("assignee__user")
    return list(found.order_by("-pk"))


def own_open(requests: QuerySet[PrivacyRequest]) -> QuerySet[PrivacyRequest]:
    """Those with an open job, of the few that one member has to do with."""
    jobs = Job.objects.filter(
        organization=OuterRef("organization"), request=OuterRef("pk"), closed_at__isnull=True
    )
    return requests.filter(Exists(jobs))


def _with_open_jobs(organization: Organization, below: int | None, many: int) -> list[int]:
    """One index probe for each request, however many jobs it has."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE request (id, number) AS (
                (SELECT request_id, 1 FROM jobs_job
                    WHERE organization_id = %(organization)s AND closed_at IS NULL
                        AND request_id < coalesce(%(below)s, 9223372036854775807)
                    ORDER BY request_id DESC LIMIT 1)
                UNION ALL
                SELECT (SELECT request_id FROM jobs_job
                    WHERE organization_id = %(organization)s AND closed_at IS NULL
                        AND request_id < request.id
                    ORDER BY request_id DESC LIMIT 1), number + 1
                FROM request WHERE request.id IS NOT NULL AND number < %(many)s
            )
            SELECT id FROM request WHERE id IS NOT NULL
            """,
            {"organization": organization.pk, "below": below, "many": many},
        )
        return [row[0] for row in cursor.fetchall()]


def tallies(requests: Sequence[PrivacyRequest]) -> Mapping[int, Tally]:
    """Request → its tally; two queries for all of them."""
    ids = [request.pk for request in requests]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT request.id, people.n, jobs.n, jobs.complete, jobs.error
            FROM unnest(%(ids)s::bigint[]) AS request (id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS n FROM (
                    SELECT FROM jobs_requestsubject WHERE request_id = request.id LIMIT %(most)s
                ) AS subject
            ) AS people
            CROSS JOIN LATERAL (
                SELECT count(*) AS n, count(failed_at) AS error,
                    count(closed_at) - count(failed_at) AS complete
                FROM (
                    SELECT closed_at, failed_at FROM jobs_job
                    WHERE request_id = request.id ORDER BY id LIMIT %(most)s
                ) AS job
            ) AS jobs
            """,
            {"ids": ids, "most": COUNTED},
        )
        found = {pk: Tally(*counts) for pk, *counts in cursor.fetchall()}
    due = _first_due([pk for pk, tally in found.items() if tally.open])
    return {pk: replace(tally, due_on=due.get(pk)) for pk, tally in found.items()}


def _first_due(ids: Collection[int]) -> dict[int, date]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT request.id, (SELECT min(due_on) FROM (
                SELECT due_on FROM jobs_job
                WHERE request_id = request.id AND closed_at IS NULL ORDER BY id LIMIT %s
            ) AS job)
            FROM unnest(%s::bigint[]) AS request (id)
            """,
            [COUNTED, list(ids)],
        )
        return dict(cursor.fetchall())
