"""The list of jobs: a page of it, the rows after it, those that changed, and its columns."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Product
from jobs.services import search
from jobs.services.job_filter import Found, JobFilter, JobList, read
from jobs.views.figures import shown
from jobs.views.filter_words import choices, nothing, pills, suggestions
from jobs.views.job_rows import job_rows, with_rows
from jobs.views.visible import member_of, visible_jobs
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services.members import keep_view

PAGE = 100
WATCHED_MOST = 500  # rows of one look at what changed
STOP_POLLING = 286  # HTMX's own status
# Columns that one may hide, and whether they are there at first.
COLUMNS = {
    "action": True, "law": True, "products": True, "request": False, "by": True, "submitted": True,
}  # fmt: skip


def listing(member: Member, wanted: JobFilter, found: Found | None = None) -> dict[str, Any]:
    """What `_job_list.html` shows."""
    jobs = jobs_of(member, wanted)
    found = found or jobs.page(PAGE, with_rows)
    products = list(Product.objects.for_organization(member.organization).order_by("code"))
    acts = member.may(Permission.ACT)
    return rows_of(member, wanted, found) | {
        "count": shown(jobs.count()),
        "pills": pills(wanted, products, acts),
        "suggestions": suggestions(wanted, acts),
        "choices": choices(products, acts),
        "chosen": chosen_columns(member),
        "nothing": nothing(wanted),
    }


def rows_of(member: Member, wanted: JobFilter, found: Found) -> dict[str, Any]:
    """What `_job_rows.html` shows."""
    return {
        "wanted": wanted,
        "rows": job_rows(found.jobs, member),
        "columns": {name for name, here in chosen_columns(member).items() if here},
        "next": wanted.having(after=found.after) if found.after else None,
        "short": found.short,
        "live": any(job.closed_at is None for job in found.jobs),
    }


def jobs_of(member: Member, wanted: JobFilter) -> JobList:
    return JobList(wanted, visible_jobs(member), member.organization, member.user.actor)


@require_safe
def job_rows_more(request: HttpRequest) -> HttpResponse:
    """The rows of the next page, for HTMX; everybody else gets the page itself."""
    member, wanted = member_of(request), read(request.GET.dict())
    if request.headers.get("HX-Request") != "true":
        return redirect(reverse("jobs:job-list") + wanted.query)
    found = jobs_of(member, wanted).page(PAGE, with_rows)
    return page(request, "jobs/_job_more.html", rows_of(member, wanted, found))


@require_POST
def job_changes(request: HttpRequest) -> HttpResponse:
    """Those of the rows on somebody's screen that are not as they were; `row` is id:version. The
    screen's rows stay where they are, whatever the filter would say by now."""
    member = member_of(request)
    watched = dict(_watched(request.POST.getlist("row")[:WATCHED_MOST]))
    jobs = list(with_rows(visible_jobs(member).filter(public_id__in=watched)))
    rows = [row for row in job_rows(jobs, member) if row.version != watched[row.job.public_id]]
    columns = {name for name, here in chosen_columns(member).items() if here}
    context = {"rows": rows, "columns": columns, "wanted": JobFilter()}
    moving = any(job.closed_at is None for job in jobs)
    status = 200 if moving else STOP_POLLING
    return page(request, "jobs/_job_changes.html", context, status=status)


@require_POST
def job_search(request: HttpRequest) -> HttpResponse:
    """Finds jobs by what is typed above the list. The text stays in the call: what it finds has an
    address of ids, and what it does not find has none."""
    member = member_of(request)
    text = request.POST.get("q", "").strip()
    plain = read(request.POST.dict()).cleared
    jobs = visible_jobs(member)
    wanted = search.as_filter(search.search(text, jobs, member.organization), jobs)
    if request.headers.get("HX-Request") != "true" and (wanted or not text):
        return redirect(reverse("jobs:job-list") + (wanted or plain).query)
    none = Found([], "") if text and not wanted else None
    context = listing(member, wanted or plain, none) | {"searched": text}
    return page(request, "jobs/job_search.html", context, fragment="jobs/_job_list_body.html")


@require_POST
def job_columns(request: HttpRequest) -> HttpResponseRedirect:
    """Which columns this person's lists have."""
    member = member_of(request)
    chosen = [name for name in COLUMNS if name in request.POST.getlist("column")]
    keep_view(member=member, columns=chosen)
    return redirect(reverse("jobs:job-list") + read(request.POST.dict()).query)


def chosen_columns(member: Member) -> dict[str, bool]:
    kept = member.view.get("columns")
    return {name: usual if kept is None else name in kept for name, usual in COLUMNS.items()}


def _watched(given: list[str]) -> list[tuple[UUID, str]]:
    found = []
    for text in given:
        public_id, _, version = text.partition(":")
        try:
            found.append((UUID(public_id), version))
        except ValueError:
            continue
    return found
