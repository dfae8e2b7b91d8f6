"""What an organization's jobs come to: a few numbers, each counted from an index and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from jobs.engine.claim import room_for_access
from jobs.models import Job, Product, ProductResponse
from jobs.rules import outcomes
from jobs.rules.states import State
from privacyportal.organizations.models import Organization

MOST = 1000  # counted no further: who has more does not need to know how many
SOON_DAYS = 7


@dataclass(frozen=True, slots=True)
class Count:
    """A bounded number: `more` tells that there are more than `number`."""

    number: int
    more: bool


@dataclass(frozen=True, slots=True)
class Standstill:
    """A product that is not worked at, and how much waits there."""

    product: Product
    waiting: Count
    sentence: str

    @property
    def next_try(self) -> datetime | None:
        """None while the next try is about to begin."""
        until = self.product.unavailable_until
        return until if until and until > timezone.now() else None


def today(organization: Organization) -> date:
    """The day that it is in the organization's time zone."""
    return timezone.localdate(timezone=ZoneInfo(organization.time_zone))


def open_jobs(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.filter(closed_at__isnull=True)


def soon(jobs: QuerySet[Job], day: date) -> QuerySet[Job]:
    """Open, and due today or within a week."""
    return open_jobs(jobs).filter(due_on__gte=day, due_on__lte=day + timedelta(days=SOON_DAYS))


def overdue(jobs: QuerySet[Job], day: date) -> QuerySet[Job]:
    return open_jobs(jobs).filter(due_on__lt=day)


def in_error(jobs: QuerySet[Job]) -> QuerySet[Job]:
    return jobs.filter(failed_at__isnull=False)


def held(jobs: QuerySet[Job], organization: Organization) -> QuerySet[Job]:
    """Where a delete waits for a person's decision."""
    return open_jobs(jobs).filter(pk__in=held_job_ids(organization))


def held_job_ids(organization: Organization) -> Any:
    """As a subquery."""
    waiting = ProductResponse.objects.for_organization(organization).filter(state=State.HELD)
    return waiting.values("job_id")


def count(rows: QuerySet[Job]) -> Count:
    number = rows.order_by()[: MOST + 1].count()
    return Count(min(number, MOST), number > MOST)


def regulations(organization: Organization) -> list[str]:
    """The codes of the laws that jobs are under: one index probe for each, however many jobs."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE law (code) AS (
                (SELECT regulation FROM jobs_job WHERE organization_id = %(id)s
                    ORDER BY regulation LIMIT 1)
                UNION ALL
                SELECT (SELECT regulation FROM jobs_job WHERE organization_id = %(id)s
                    AND regulation > law.code ORDER BY regulation LIMIT 1)
                FROM law WHERE law.code IS NOT NULL
            )
            SELECT code FROM law WHERE code IS NOT NULL
            """,
            {"id": organization.pk},
        )
        return [row[0] for row in cursor.fetchall()]


def standstills(organization: Organization) -> list[Standstill]:
    """Products that do not answer, or are paused."""
    stopped = Q(unavailable_since__isnull=False) | Q(paused_at__isnull=False)
    found = list(Product.objects.for_organization(organization).filter(stopped).order_by("code"))
    waiting = _waiting([product.pk for product in found])
    return [_standstill(product, waiting[product.pk]) for product in found]


def disk_is_full() -> bool:
    """Accesses wait then: there would be no room for what they give out."""
    return not room_for_access()


def _standstill(product: Product, waiting: int) -> Standstill:
    sentence = outcomes.detail(product.unavailable_detail, product.unavailable_params)
    return Standstill(product, Count(min(waiting, MOST), waiting > MOST), sentence)


def _waiting(product_ids: list[int]) -> dict[int, int]:
    """Product → its due responses, counted no further than one more than the most."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT product.id, (SELECT count(*) FROM (
                SELECT FROM jobs_productresponse
                WHERE product_id = product.id AND state = 'due' LIMIT %s
            ) AS due)
            FROM unnest(%s::bigint[]) AS product (id)
            """,
            [MOST + 1, product_ids],
        )
        return dict(cursor.fetchall())
