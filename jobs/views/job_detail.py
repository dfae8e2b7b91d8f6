"""The page of a job; one identity of it revealed; its package downloaded."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import Job
from jobs.rules.states import Action, JobState
from jobs.services import packages, people
from jobs.views.job_page import job_page
from jobs.views.visible import find_job, member_of
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission


@require_safe
def job_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    context = job_page(find_job(member, public_id), member)
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
def package_download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    member = member_of(request)
    job = find_job(member, public_id)
    if not member.may(Permission.CONTENT_READ):
        raise PermissionDenied
    package = packages.find(job)
    if package is None:
        context = {"job": job, "reason": _why_none(job)}
        return page(request, "jobs/package_missing.html", context, status=404)
    try:
        pieces = packages.download(package=package, by=member.user.actor)
    except packages.Expired:
        context = {"job": job, "package": package}
        return page(request, "jobs/package_missing.html", context, status=410)
    return StreamingHttpResponse(
        pieces,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{job.public_id}.zip"',
            "Cache-Control": "no-store, private",
        },
    )


def _why_none(job: Job) -> str:
    if job.action != Action.ACCESS:
        return _("Only an access gives a package; this job deletes.")
    if job.state == JobState.ERROR:
        return _(
            "One or more products ended in error. Retry them; the package opens when all are done."
        )
    if job.has_children:
        return _("The package opens when every product and every child job is done.")
    return _("The package opens when every product is done.")
