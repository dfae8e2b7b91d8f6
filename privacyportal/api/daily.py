"""How many jobs the programs of an organization may make on a GMT day (contract §8)."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from privacyportal.api.envelope import ServiceError
from privacyportal.api.models import DayCount
from privacyportal.organizations.models import Organization

KEPT = timedelta(days=31)


def look(organization: Organization, count: int) -> None:
    """Refuses what is over the limit before the work of storing it. Raises ServiceError."""
    most, today = settings.API_JOBS_PER_DAY, _today()
    if not most:
        return
    found = DayCount.objects.filter(organization=organization, day=today)
    if (found.values_list("jobs", flat=True).first() or 0) + count > most:
        raise _over(most, today)


def take(organization: Organization, count: int) -> None:
    """Counts jobs, in the transaction that makes them and as its last act: others of the
    organization wait until it ends. Raises ServiceError above the limit."""
    most, today = settings.API_JOBS_PER_DAY, _today()
    if not most:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO api_daycount AS known (organization_id, day, jobs)
            SELECT %(organization)s, %(today)s, %(count)s WHERE %(count)s <= %(most)s
            ON CONFLICT (organization_id, day) DO UPDATE SET jobs = known.jobs + excluded.jobs
                WHERE known.jobs + excluded.jobs <= %(most)s
            """,
            {"organization": organization.pk, "today": today, "count": count, "most": most},
        )
        if not cursor.rowcount:
            raise _over(most, today)


def _today() -> date:
    return timezone.now().date()  # UTC


def _over(most: int, today: date) -> ServiceError:
    again = today + timedelta(days=1)
    return ServiceError(
        400,
        f"Your organization may create {most} jobs a day, and this request would exceed that. "
        f"The limit opens again on {again:%m/%d/%Y} at 12:00 AM GMT.",
    )


def forget_old_counts() -> int:
    return DayCount.objects.filter(day__lt=_today() - KEPT).delete()[0]
