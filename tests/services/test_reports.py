"""The numbers of the dashboard: what is counted, of whom, and what is kept of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job, PrivacyRequest, ProductResponse
from jobs.services import daily, reports
from jobs.services.daily import Counts
from jobs.services.overview import Count, today
from jobs.services.scope import Scope
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program, stranger
from tests.api.work import close, submit

__all__ = ["organization", "program", "stranger"]

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


def made(program: Program, count: int, at: datetime | None = None, **body: Any) -> list[Job]:
    people = [user(f"{count}-{n}-{at}") for n in range(count)]
    jobs = submit(program, document(users=people, **body))
    if at:
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(created_at=at)
        for job in jobs:
            job.created_at = at
    return jobs


def noon(days_ago: int) -> datetime:
    day = timezone.localdate(timezone=STOCKHOLM) - timedelta(days=days_ago)
    return datetime(day.year, day.month, day.day, 12, tzinfo=STOCKHOLM)


def counted(scope: Scope, days: int = 10, *, seconds: float = 5) -> dict[int, Counts]:
    """Days ago → what was counted, where anything was."""
    day = today(scope.organization)
    found = daily.days(scope, day - timedelta(days=days - 1), day, seconds=seconds)
    return {(day - one.on).days: one.counts for one in found.days if one.counts != Counts()}


def test_each_day_tells_what_was_submitted_completed_and_failed(
    program: Program, stranger: Program, organization: Organization
) -> None:
    first, second, third = made(program, 3, noon(5))
    made(program, 1, regulation="ccpa")
    made(
        stranger,
        2,
        noon(5),
        companyContexts=[{"namespace": "imsOrgID", "value": "Other@PortalOrg"}],
    )
    close(first, at=noon(3))
    close(second, at=noon(3))
    close(third, code="1010-400", at=noon(2))

    assert counted(Scope(organization)) == {
        0: Counts(1, 0, 0), 2: Counts(0, 0, 1), 3: Counts(0, 2, 0), 5: Counts(3, 0, 0),
    }  # fmt: skip
    assert counted(Scope(organization, regulation="ccpa")) == {0: Counts(1, 0, 0)}
    assert counted(Scope(organization, regulation="lgpd_bra")) == {}


def test_a_day_is_the_organizations_own(program: Program, organization: Organization) -> None:
    """Half past eleven in the evening of Stockholm is the same day there, and so is 00:30."""
    night = datetime(2026, 3, 10, 23, 30, tzinfo=STOCKHOLM)
    made(program, 1, night)
    made(program, 2, night + timedelta(hours=1))

    found = daily.days(Scope(organization), date(2026, 3, 9), date(2026, 3, 12), seconds=5)

    assert [one.counts.submitted for one in found.days] == [0, 1, 2, 0]


def test_days_of_23_and_25_hours_are_days(program: Program, organization: Organization) -> None:
    for at in (datetime(2026, 3, 29, 23, 30), datetime(2026, 10, 25, 0, 30)):
        made(program, 1, at.replace(tzinfo=STOCKHOLM))

    spring = daily.days(Scope(organization), date(2026, 3, 28), date(2026, 3, 30), seconds=5)
    autumn = daily.days(Scope(organization), date(2026, 10, 24), date(2026, 10, 26), seconds=5)

    assert [one.counts.submitted for one in spring.days] == [0, 1, 0]
    assert [one.counts.submitted for one in autumn.days] == [0, 1, 0]


def test_staff_count_their_own_only(program: Program, organization: Organization) -> None:
    mine, _other = made(program, 2, noon(4))
    mine.submitted_by_id = "me"
    close(mine, at=noon(1))
    scope = Scope(organization, own="me")

    assert counted(scope) == {1: Counts(0, 1, 0), 4: Counts(1, 0, 0)}
    assert reports.open_jobs(scope).all == Count(0, False)
    assert reports.open_jobs(Scope(organization)).all == Count(1, False)
    assert reports.errors(scope).count == Count(0, False)


def test_past_days_are_counted_once_and_the_last_two_each_time(
    program: Program, organization: Organization
) -> None:
    made(program, 1, noon(5))
    scope = Scope(organization)
    counted(scope)
    made(program, 1, noon(5))
    made(program, 1)

    with CaptureQueriesContext(connection) as queries:
        again = counted(scope)

    assert again == {0: Counts(1, 0, 0), 5: Counts(1, 0, 0)}
    assert len(queries) == 2  # the laws, and the last two days


def test_without_time_the_newest_days_come_first_and_the_next_call_goes_on(
    program: Program, organization: Organization
) -> None:
    made(program, 1, noon(20))
    made(program, 1)
    scope, day = Scope(organization), today(organization)

    hurried = daily.days(scope, day - timedelta(days=29), day, seconds=0)
    whole = daily.days(scope, day - timedelta(days=29), day, seconds=5)

    assert not hurried.whole
    assert [one.on for one in hurried.days] == [day - timedelta(days=1), day]
    assert whole.whole
    assert whole.total.submitted == 2


def test_numbers_are_counted_without_the_cache(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "get", lambda key, default=None: default)
    monkeypatch.setattr(cache, "set", lambda *given: None)
    made(program, 2, noon(5))

    assert counted(Scope(organization)) == {5: Counts(2, 0, 0)}
    assert reports.median_to_complete(Scope(organization)).days is None


def test_open_jobs_by_due_date_and_law(program: Program, organization: Organization) -> None:
    day = today(organization)
    jobs = made(program, 5)
    [other] = made(program, 1, regulation="ccpa")
    for job, left in zip(jobs, (-3, 0, 6, 8, 20), strict=True):
        Job.objects.filter(pk=job.pk).update(due_on=day + timedelta(days=left))
    close(Job.objects.get(pk=jobs[4].pk))
    Job.objects.filter(pk=other.pk).update(due_on=day)

    found = reports.open_jobs(Scope(organization, regulation="gdpr"))

    assert found.laws == {"gdpr": 4, "ccpa": 1}
    assert (found.all, found.soon, found.today) == (
        Count(4, False),
        Count(2, False),
        Count(1, False),
    )
    assert (found.overdue, found.oldest) == (Count(1, False), 3)


def test_more_open_jobs_than_are_read_are_told(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = today(organization)
    jobs = made(program, 4)
    for left, job in enumerate(jobs):
        Job.objects.filter(pk=job.pk).update(due_on=day + timedelta(days=left * 5))
    monkeypatch.setattr(reports, "OPEN_MOST", 3)

    found = reports.open_jobs(Scope(organization))

    assert found.all == Count(3, True)
    assert found.soon == Count(2, False)  # the first due were read to the end


def test_errors_name_the_product_with_most(program: Program, organization: Organization) -> None:
    jobs = made(program, 3, include=["crm", "WebShop"])
    for job in jobs:
        close(job, code="1010-400")
    ProductResponse.objects.filter(job=jobs[0], product_code="WebShop").update(
        state="complete", outcome_code="6000-200"
    )

    found = reports.errors(Scope(organization))

    assert (found.count, found.product, found.at_product) == (Count(3, False), "crm", 3)
    assert found.all_asked
    assert reports.errors(Scope(organization, regulation="ccpa")).count.number == 0


def test_the_median_counts_from_receipt_and_leaves_errors_out(
    program: Program, organization: Organization
) -> None:
    done = made(program, 4)
    PrivacyRequest.objects.update(received_at=noon(6))
    for job, ago in zip(done[:3], (5, 4, 2), strict=True):
        close(job, at=noon(ago))
    close(done[3], code="1010-400", at=noon(1))

    found = reports.median_to_complete(Scope(organization))

    assert found.days == pytest.approx(2)
    assert found.before is None
    assert reports.median_to_complete(Scope(organization, own="me")).days is None
