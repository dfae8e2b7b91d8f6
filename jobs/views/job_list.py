"""The dashboard's list of jobs: newest first, filtered, a bounded page at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jobs.models import Job, ProductResponse
from jobs.rules.states import JobState, State
from privacyportal.htmx import page
from privacyportal.organizations.permissions import Permission

PAGE = 50
MARKS = {
    State.COMPLETE: ("ok", "complete"),
    State.ERROR: ("err", "error"),
    State.CANCELLED: ("none", "cancelled"),
    State.HELD: ("wait", "needs"),
    State.WAITING: ("wait", "waiting"),
    State.DUE: ("none", "submitted"),
    State.LATER: ("run", "processing"),
    State.WORKING: ("run", "processing"),
}
JOB_MARKS = {
    JobState.SUBMITTED: ("none", "submitted"),
    JobState.PROCESSING: ("run", "processing"),
    JobState.COMPLETE: ("ok", "complete"),
    JobState.ERROR: ("err", "error"),
}


def job_list(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    if not member:
        return page(request, "jobs/no_organization.html", {})
    jobs = _visible(member)
    regulation, status = request.GET.get("regulation", ""), request.GET.get("status", "")
    found = jobs.filter(regulation=regulation) if regulation else jobs
    if status in JobState.values:
        found = found.filter(state=status)
    shown = list(_before(found, request.GET.get("before", ""))[: PAGE + 1])
    context = {
        "rows": [_row(job) for job in shown[:PAGE]],
        "before": _cursor(shown[PAGE - 1]) if len(shown) > PAGE else "",
        "regulation": regulation,
        "status": status,
        "statuses": JobState.choices,
        "regulations": sorted(set(jobs.order_by().values_list("regulation", flat=True)[:5000])),
        "filtered": bool(regulation or status),
        "live": any(job.closed_at is None for job in shown[:PAGE]),
    }
    return page(request, "jobs/job_list.html", context, fragment="jobs/_job_list.html")


def _visible(member: Any) -> QuerySet[Job]:
    """What a member may see: all jobs, or those that one submitted oneself."""
    jobs = Job.objects.for_organization(member.organization)
    if member.may(Permission.PRIVACY_READ):
        return jobs
    if member.may(Permission.READ_OWN):
        return jobs.filter(submitted_by_id=member.user.actor.id)
    raise PermissionDenied


def _before(jobs: QuerySet[Job], cursor: str) -> QuerySet[Job]:
    """The page after a cursor, by keyset; a cursor that is none is the first page."""
    responses = ProductResponse.objects.select_related("product").order_by("pk")
    ordered = (
        jobs.select_related("request")
        .prefetch_related(Prefetch("responses", responses))
        .order_by("-created_at", "-pk")
    )
    at, _, pk = cursor.rpartition("~")
    try:
        when = datetime.fromisoformat(at)
        return ordered.filter(Q(created_at__lt=when) | Q(created_at=when, pk__lt=int(pk)))
    except (ValueError, OverflowError):
        return ordered


def _cursor(job: Job) -> str:
    return f"{job.created_at.isoformat()}~{job.pk}"


def _row(job: Job) -> dict[str, Any]:
    days = (job.due_on - timezone.now().date()).days
    responses = list(job.responses.all())
    held = any(response.state == State.HELD for response in responses)
    return {
        "job": job,
        "mark": ("wait", "needs") if held else JOB_MARKS[JobState(job.state)],
        "held": held,
        "responses": [(r.product or r.product_code, r, MARKS[State(r.state)]) for r in responses],
        "done": sum(r.state == State.COMPLETE for r in responses),
        "days": days,
        "overdue": -days,
    }
