"""The dashboard: what needs a person, a few numbers, and the jobs, a bounded page at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from jobs.rules.regulations import lookup
from jobs.services import overview
from jobs.views import job_filter
from jobs.views.job_filter import STATUSES, JobFilter
from jobs.views.job_rows import job_rows, with_rows
from jobs.views.visible import member_of, visible_jobs
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE = 50
PILLS = ("", "open", "held", "soon", "overdue", "error", "complete")


def job_list(request: HttpRequest) -> HttpResponse:
    if not request.member:  # type: ignore[attr-defined]
        return page(request, "jobs/no_organization.html", {})
    member = member_of(request)
    partial = request.headers.get("HX-Request") == "true"
    context = {} if partial else _overview(member)
    context |= _listing(member, job_filter.read(request.GET.dict()))
    return page(request, "jobs/job_list.html", context, fragment="jobs/_job_list.html")


def overview_detail(request: HttpRequest) -> HttpResponse:
    """The numbers above the list, alone: they are looked at again from time to time."""
    return page(request, "jobs/_overview.html", _overview(member_of(request)))


def _listing(member: Member, wanted: JobFilter) -> dict[str, Any]:
    jobs = wanted.select(visible_jobs(member), member.organization)
    shown = list(with_rows(jobs)[: PAGE + 1])
    laws = [law for code in overview.regulations(member.organization) if (law := lookup(code))]
    last = shown[PAGE - 1] if len(shown) > PAGE else None
    return {
        "rows": job_rows(shown[:PAGE], member),
        "wanted": wanted,
        "next": wanted.having(after=str(last.public_id)) if last else None,
        "pills": [(wanted.having(status=name), STATUSES[name]) for name in PILLS],
        "laws": laws,
        "blank": not shown and wanted == JobFilter(),
        "live": any(job.closed_at is None for job in shown[:PAGE]),
    }


def _overview(member: Member) -> dict[str, Any]:
    jobs, organization = visible_jobs(member), member.organization
    day = overview.today(organization)
    figures = {
        "open": overview.open_jobs(jobs),
        "soon": overview.soon(jobs, day),
        "overdue": overview.overdue(jobs, day),
        "error": overview.in_error(jobs),
        "held": overview.held(jobs, organization),
    }
    sees_all = member.may(Permission.PRIVACY_READ)
    return {
        "figures": [
            (JobFilter(status=name), STATUSES[name], overview.count(found))
            for name, found in figures.items()
        ],
        "standstills": overview.standstills(organization) if sees_all else [],
        "disk_is_full": overview.disk_is_full(),
    }
