"""The search of everything: jobs, requests and people, a few of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from jobs.services import people
from jobs.services import search as finding
from jobs.views.job_rows import job_rows, with_rows
from jobs.views.visible import member_of, visible_jobs
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission

FEW = 8


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The answer to a POST, so that what was typed stands in no address and no history."""
    member = member_of(request)
    text = request.POST.get("q", "").strip()
    hits = finding.search(text, visible_jobs(member), member.organization, most=FEW)
    jobs = with_rows(visible_jobs(member).filter(pk__in=[job.pk for job in hits.jobs]))
    named = people.names([job for _, job in hits.people], clear=member.may(Permission.REVEAL))
    context = {
        "text": text,
        "hits": hits,
        "rows": job_rows(list(jobs.order_by("-created_at", "-pk")), member),
        "requests": hits.requests,
        "people": [(named[job.pk], job, person) for person, job in hits.people],
    }
    return page(request, "jobs/search.html", context)
