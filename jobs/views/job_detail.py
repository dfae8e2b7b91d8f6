"""The page of a job; one identity of it revealed; its products as CSV."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from jobs.services import people
from jobs.services.job_export import export
from jobs.views.job_page import job_page
from jobs.views.visible import find_job, member_of
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission


@require_safe
def job_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    polls = "seen" in request.GET
    context = job_page(find_job(member, public_id), member) | {"polls": polls}
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)  # nothing to swap: what is read or focused stays
    return page(request, "jobs/job_detail.html", context, fragment="jobs/_job_detail.html")


def identity_reveal(request: HttpRequest, public_id: UUID, position: int) -> HttpResponse:
    """Shows one identity's value, once, to whoever may see it; it is in no URL and not kept."""
    member = member_of(request)
    job = find_job(member, public_id)
    if not member.may(Permission.REVEAL):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("jobs:job-detail", public_id)
    seen = people.reveal(job=job, position=position, by=member.user.actor)
    if seen is None:
        raise Http404
    if request.headers.get("HX-Request") == "true":
        context = {"job": job, "identity": next(i for i in seen if i.revealed)}
        return page(request, "jobs/_identity.html", context)
    return page(request, "jobs/job_detail.html", job_page(job, member, identities=seen))


@require_safe
def job_export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The job's products as CSV, for whoever may see the job: there is no value in it."""
    member = member_of(request)
    job = find_job(member, public_id)
    responses = list(job.responses.select_related("product").order_by("pk"))
    text = export(job=job, responses=responses, by=member.user.actor)
    headers = {
        "Content-Disposition": f'attachment; filename="{job.public_id}.csv"',
        "Cache-Control": "no-store, private",
    }
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
