"""The jobs of the contract: create, list, read, download; and the namespaces."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from jobs.api import filters, presenters, reading
from jobs.api.parse import Facts, parse
from jobs.models import Job, Product
from jobs.rules.namespaces import STANDARD
from jobs.services import packages, submission
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller, endpoint, resource
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission


@endpoint(Permission.PRIVACY_WRITE)
def job_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """The answer is made before the commit: whatever fails, a 5xx means that nothing is stored."""
    draft = parse(read_body(request), _facts(caller.organization))
    try:
        with transaction.atomic():
            submitted = submission.submit(
                organization=caller.organization, by=caller.actor, draft=draft
            )
            return answer(presenters.created(draft, submitted), 202)
    except submission.RequestIdTaken:
        raise ServiceError(
            409, "requestId: your organization already has a request with this id."
        ) from None


def _facts(organization: Organization) -> Facts:
    products = Product.objects.for_organization(organization).order_by("code")
    return Facts(organization.ims_org_id, list(products.values_list("code", flat=True)))


@endpoint(Permission.PRIVACY_READ)
def job_list(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    wanted = filters.read(request.GET, timezone.now())
    total, jobs = reading.list_jobs(caller.organization, wanted)
    return answer(presenters.listing(total, wanted, jobs))


@endpoint(Permission.PRIVACY_READ)
def job_detail(_request: HttpRequest, caller: Caller, job_id: str) -> HttpResponseBase:
    job = _job(caller, job_id)
    package = packages.find(job) if caller.may(Permission.CONTENT_READ) else None
    with_link = package is not None and not package.expired
    return answer(presenters.detail(reading.read_detail(job), with_link=with_link))


@endpoint(Permission.CONTENT_READ)
def job_content(_request: HttpRequest, caller: Caller, job_id: str) -> HttpResponseBase:
    job = _job(caller, job_id)
    package = packages.find(job)
    if package is None:
        raise ServiceError(404, "There is no package: this is not a complete access job.")
    try:
        pieces = packages.download(package=package, by=caller.actor)
    except packages.Expired:
        raise ServiceError(410, "The package has expired and was removed.") from None
    return StreamingHttpResponse(
        pieces,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{job.public_id}.zip"'},
    )


@endpoint(Permission.PRIVACY_READ)
def namespace_list(_request: HttpRequest, _caller: Caller) -> HttpResponseBase:
    return answer(presenters.namespaces(STANDARD))


def _job(caller: Caller, job_id: str) -> Job:
    job = reading.find_job(caller.organization, job_id)
    if job is None:
        raise ServiceError(404, "There is no job with this id.")
    return job


jobs = resource(GET=job_list, POST=job_create)
job = resource(GET=job_detail)
content = resource(GET=job_content)
namespaces = resource(GET=namespace_list)
