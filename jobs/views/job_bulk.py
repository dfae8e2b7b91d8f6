"""Acts on several jobs of a list, and the list as a file."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs.models import Job
from jobs.services import bulk_acts
from jobs.services.job_filter import JobFilter, read, read_ids
from jobs.services.list_export import export
from jobs.views.bulk_words import question, result
from jobs.views.job_list import jobs_of
from jobs.views.visible import member_of, visible_jobs
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

ASKS = "cancel"  # the act that is asked about before it is done


@require_POST
def job_acts(request: HttpRequest) -> HttpResponseBase:
    """`act` on each `job`, or on `all` that the list's `filter` finds. Cancelling asks first."""
    member = member_of(request)
    act, wanted = request.POST.get("act", ""), _filter(request)
    if act == "export":
        return _file(member, _selected(request, wanted))
    if act not in bulk_acts.ACTS:
        raise BadRequest
    if not member.may(Permission.ACT):
        raise PermissionDenied
    ids = _job_ids(request, member, wanted)
    if act == ASKS and "sure" not in request.POST:
        return _ask(request, member, act, ids)
    effect = bulk_acts.act(
        name=act, organization=member.organization, job_ids=ids, by=member.user.actor
    )
    tell = messages.success if effect.jobs else messages.warning
    tell(request, result(act, effect))
    return redirect(reverse("jobs:job-list") + wanted.query)


@require_safe
def jobs_export(request: HttpRequest) -> HttpResponseBase:
    """The whole list that the address says."""
    return _file(member_of(request), read(request.GET.dict()).having())


def _filter(request: HttpRequest) -> JobFilter:
    """The list that the form was on."""
    return read(QueryDict(request.POST.get("filter", "")[:8000].lstrip("?")).dict()).having()


def _selected(request: HttpRequest, wanted: JobFilter) -> JobFilter:
    if "all" in request.POST:
        return wanted
    return JobFilter(ids=",".join(_public_ids(request)), range=wanted.range)


def _public_ids(request: HttpRequest) -> list[str]:
    given = [text for field in request.POST.getlist("job") for text in field.split(",")]
    given = read_ids(given, bulk_acts.MOST)
    if not given:
        raise BadRequest
    return given


def _job_ids(request: HttpRequest, member: Member, wanted: JobFilter) -> list[int]:
    if "all" in request.POST:
        return jobs_of(member, wanted).ids(bulk_acts.MOST)
    found = visible_jobs(member).filter(public_id__in=_public_ids(request))
    return list(found.values_list("pk", flat=True))


def _ask(request: HttpRequest, member: Member, act: str, ids: list[int]) -> HttpResponse:
    public = Job.objects.for_organization(member.organization).filter(pk__in=ids)
    context = {
        "act": act,
        "asked": question(bulk_acts.foresee(name=act, job_ids=ids)),
        "jobs": ",".join(map(str, public.values_list("public_id", flat=True))),
        "filter": _filter(request).query,
    }
    return page(request, "jobs/job_acts.html", context, fragment="jobs/_job_acts_ask.html")


def _file(member: Member, wanted: JobFilter) -> StreamingHttpResponse:
    pieces = export(
        wanted=wanted,
        jobs=visible_jobs(member),
        organization=member.organization,
        by=member.user.actor,
        clear=member.may(Permission.REVEAL),
        zone=member.zone,
    )
    name = f"jobs-{timezone.localdate(timezone=member.zone):%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        pieces,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )
