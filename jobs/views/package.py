"""The package of a job: downloaded whole, one file of it looked at or downloaded."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jobs.models import Job
from jobs.rules.states import Action, JobState
from jobs.services import package_preview as previews
from jobs.services import packages
from jobs.services.package_preview import PartFile
from jobs.views.visible import find_job, member_of
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission


@require_safe
def package_download(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    member, job = _readable(request, public_id)
    package = packages.find(job) or packages.find_incomplete(job)
    if package is None:
        context = {"job": job, "reason": _why_none(job)}
        return page(request, "jobs/package_missing.html", context, status=404)
    try:
        pieces = packages.download(package=package, by=member.user.actor)
    except packages.Expired:
        context = {"job": job, "gone_on": package.expires_at}
        return page(request, "jobs/package_missing.html", context, status=410)
    return StreamingHttpResponse(
        pieces, content_type="application/zip", headers=_headers(package.file_name)
    )


@require_safe
def package_preview(request: HttpRequest, public_id: UUID, place: str) -> HttpResponse:
    """A file as tables or text; what is neither is only offered for download."""
    member, job = _readable(request, public_id)
    try:
        file = _find(job, place)
        reading = previews.preview(job=job, file=file, by=member.user.actor)
    except previews.Expired:
        return page(request, "jobs/package_missing.html", {"job": job, "gone": True}, status=410)
    return page(
        request,
        "jobs/package_preview.html",
        {"job": job, "file": file, "reading": reading, "state": _completeness(job)},
    )


@require_safe
def file_download(request: HttpRequest, public_id: UUID, place: str) -> HttpResponseBase:
    member, job = _readable(request, public_id)
    try:
        file = _find(job, place)
        pieces = previews.download(job=job, file=file, by=member.user.actor)
    except previews.Expired:
        return page(request, "jobs/package_missing.html", {"job": job, "gone": True}, status=410)
    return StreamingHttpResponse(
        pieces, content_type="application/octet-stream", headers=_headers(file.name)
    )


def _readable(request: HttpRequest, public_id: UUID) -> tuple[Member, Job]:
    member = member_of(request)
    job = find_job(member, public_id)
    if not member.may(Permission.CONTENT_READ):
        raise PermissionDenied
    return member, job


def _find(job: Job, place: str) -> PartFile:
    file = previews.find(job, place)
    if file is None:
        raise Http404
    return file


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store, private",
    }


def _completeness(job: Job) -> str:
    """Of the package that a file belongs to: complete, incomplete for good, or still growing."""
    if job.state == JobState.COMPLETE:
        return "complete"
    return "incomplete" if job.state == JobState.ERROR else "open"


def _why_none(job: Job) -> str:
    if job.action != Action.ACCESS:
        return _("Only an access gives a package; this job deletes.")
    if job.state == JobState.ERROR:
        return _(
            "One or more products ended in error, and no other gave anything. Retry them; the "
            "package opens when all are done."
        )
    if job.has_children:
        return _("The package opens when every product and every child job is done.")
    return _("The package opens when every product is done.")
