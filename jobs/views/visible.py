"""What a member may see of jobs and requests: the organization's, or what one submitted oneself."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from jobs.models import Job, PrivacyRequest
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission


def member_of(request: HttpRequest) -> Member:
    """Who asks; a person of no organization has nothing to see here."""
    member: Member | None = request.member  # type: ignore[attr-defined]
    if not member:
        raise PermissionDenied
    return member


def writer(request: HttpRequest) -> Member:
    """Who asks, and may submit requests."""
    member = member_of(request)
    if not member.may(Permission.PRIVACY_WRITE):
        raise PermissionDenied
    return member


def visible_jobs(member: Member) -> QuerySet[Job]:
    jobs: QuerySet[Job] = Job.objects.for_organization(member.organization)
    if member.may(Permission.PRIVACY_READ):
        return jobs
    if member.may(Permission.READ_OWN):
        return jobs.filter(submitted_by_id=member.user.actor.id)
    raise PermissionDenied


def find_job(member: Member, public_id: UUID) -> Job:
    """A job that the member may see; any other is 404."""
    related = visible_jobs(member).select_related(
        "request__data_key",
        "request__assignee__user",
        "request_subject",
        "data_subject",
        "organization",
    )
    job = related.filter(public_id=public_id).first()
    if job is None:
        raise Http404
    return job


def visible_requests(member: Member) -> QuerySet[PrivacyRequest]:
    requests: QuerySet[PrivacyRequest] = PrivacyRequest.objects.for_organization(
        member.organization
    )
    if member.may(Permission.PRIVACY_READ):
        return requests
    if member.may(Permission.READ_OWN):
        return requests.filter(submitted_by_id=member.user.actor.id)
    raise PermissionDenied


def find_request(member: Member, public_id: UUID) -> PrivacyRequest:
    """A request that the member may see; any other is 404."""
    related = visible_requests(member).select_related("data_key", "assignee__user", "organization")
    found = related.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found
