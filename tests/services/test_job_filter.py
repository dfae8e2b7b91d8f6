"""Which jobs a list has, page by page, and how far it looks for what no index knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.models import Job, ProductResponse
from jobs.services import job_filter
from jobs.services.job_filter import JobFilter, JobList, read
from jobs.services.overview import Count, today
from privacyportal.actors import Actor
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program
from tests.api.work import close, submit

__all__ = ["organization", "program"]

ME = Actor("user", "me", "Me")


def listed(organization: Organization, **wanted: str) -> JobList:
    jobs = Job.objects.for_organization(organization)
    return JobList(JobFilter(**wanted), jobs, organization, ME)


def found(organization: Organization, **wanted: str) -> set[int]:
    return {job.pk for job in listed(organization, **wanted).page(100).jobs}


@pytest.fixture
def jobs(program: Program) -> dict[str, Job]:
    """An access, a delete at another product, and one under another law."""
    [access] = submit(program, document(users=[user("a")]))
    [delete] = submit(program, document(users=[user("d", action=["delete"])], include=["WebShop"]))
    [other] = submit(program, document(users=[user("o")], regulation="ccpa"))
    return {"access": access, "delete": delete, "other": other}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, {"access", "delete", "other"}),
        ({"action": "delete"}, {"delete"}),
        ({"product": "WebShop"}, {"delete"}),
        ({"product": "crm", "regulation": "ccpa"}, {"other"}),
        ({"product": "crm", "action": "delete"}, set()),
        ({"regulation": "gdpr", "status": "open"}, {"access", "delete"}),
        ({"status": "open", "sort": "submitted", "regulation": "gdpr"}, {"access", "delete"}),
        ({"since": "today"}, {"access", "delete", "other"}),
        ({"by": "me"}, set()),
    ],
)
def test_conditions_apply_together(
    organization: Organization, jobs: dict[str, Job], wanted: dict[str, str], names: set[str]
) -> None:
    assert found(organization, **wanted) == {jobs[name].pk for name in names}


def test_days_of_submission_and_a_due_day(organization: Organization, jobs: dict[str, Job]) -> None:
    day = today(organization)
    Job.objects.filter(pk=jobs["access"].pk).update(
        created_at=timezone.now() - timedelta(days=10), due_on=day + timedelta(days=3)
    )
    ago, due = (day - timedelta(days=10)).isoformat(), (day + timedelta(days=3)).isoformat()

    assert found(organization, first=ago, last=ago) == {jobs["access"].pk}
    assert found(organization, since="7") == {jobs["delete"].pk, jobs["other"].pk}
    assert found(organization, due=due) == {jobs["access"].pk}
    close(jobs["access"], at=timezone.now())
    assert found(organization, due=due) == set()


@pytest.mark.parametrize("status", ["held", "soon", "overdue", "submitted"])
def test_open_jobs_are_the_same_in_either_order(
    organization: Organization, jobs: dict[str, Job], status: str
) -> None:
    day = today(organization)
    Job.objects.filter(pk=jobs["access"].pk).update(due_on=day - timedelta(days=1))
    Job.objects.filter(pk=jobs["delete"].pk).update(due_on=day)
    ProductResponse.objects.filter(job=jobs["other"]).update(state="held")

    by_due = found(organization, status=status)

    assert by_due
    assert by_due == found(organization, status=status, sort="submitted")


def test_what_is_rare_is_looked_for_only_so_far_and_then_on(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    [rare] = submit(program, document(users=[user("rare", action=["delete"])]))
    submit(program, document(users=[user(f"p{n}") for n in range(25)]))
    monkeypatch.setattr(job_filter, "LOOK", 10)
    wanted, pages = JobFilter(action="delete"), []

    while True:
        page = listed(organization, action="delete", after=wanted.after).page(5)
        pages.append((len(page.jobs), page.short))
        if not page.after:
            break
        wanted = wanted.having(after=page.after)

    assert pages == [(0, True), (0, True), (1, False)]
    assert page.jobs == [rare]
    assert listed(organization, action="delete").count() == Count(0, True)


@pytest.mark.parametrize(
    "wanted", [{"regulation": "gdpr"}, {"action": "access"}, {"status": "open", "action": "access"}]
)
def test_pages_hold_each_job_once(
    program: Program, organization: Organization, wanted: dict[str, Any]
) -> None:
    jobs = submit(program, document(users=[user(f"p{n}") for n in range(23)]))
    seen, after = [], ""

    while True:
        page = listed(organization, **wanted, after=after).page(5)
        seen += [job.pk for job in page.jobs]
        if not (after := page.after):
            break

    assert sorted(seen) == sorted(job.pk for job in jobs)


def test_a_filter_stands_in_its_url_and_comes_back() -> None:
    given = {
        "status": "open", "regulation": "gdpr", "action": "delete", "product": "crm", "by": "me",
        "first": "2026-11-01", "last": "2026-11-30", "due": "2026-12-01", "sort": "submitted",
        "range": "2026-10-01..2026-11-24",
    }  # fmt: skip

    wanted = read(given)

    assert wanted.given == given
    assert read({"from": "2026-10-01", "to": "2026-11-24"}).range == given["range"]
    assert JobFilter().query == "?regulation="


@pytest.mark.parametrize(
    "given",
    [
        {"status": "nonsense", "action": "'", "by": "you", "since": "9", "sort": "due"},
        {"first": "2026-13-01", "last": "yesterday", "due": "9999-01-01"},
        {"person": "ann@example.com", "request": "1", "ids": "a,b", "after": "x"},
        {"range": "2026-11-24..2026-10-01"},
        {"from": "2020-01-01", "to": "2026-01-01"},
    ],
)
def test_what_is_none_of_ours_is_as_if_it_were_not_there(given: dict[str, str]) -> None:
    assert read(given) == JobFilter()
