"""The jobs of the contract: create, list, read, download; and the namespaces."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from jobs.api import filters, presenters, reading
from jobs.api.creating import create
from jobs.api.parse_namespace import parse_namespace
from jobs.models import CustomNamespace, Job
from jobs.rules.namespaces import STANDARD
from jobs.services import namespaces as namespace_services
from jobs.services import packages
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller, endpoint, resource
from privacyportal.api.jsonin import decode
from privacyportal.api.repeats import Made, once
from privacyportal.organizations.permissions import Permission


@endpoint(Permission.PRIVACY_WRITE)
def job_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    return create(request, caller)


@endpoint(Permission.PRIVACY_WRITE)
def child_create(request: HttpRequest, caller: Caller, job_id: str) -> HttpResponseBase:
    return create(request, caller, _job(caller, job_id))


@endpoint(Permission.PRIVACY_READ)
def job_list(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    wanted = filters.read(request.GET, timezone.now())
    total, jobs = reading.list_jobs(caller.organization, wanted)
    return answer(presenters.listing(total, wanted, jobs))


@endpoint(Permission.PRIVACY_READ)
def job_detail(_request: HttpRequest, caller: Caller, job_id: str) -> HttpResponseBase:
    found = reading.read_detail(_job(caller, job_id))
    jobs = [found.job, *(child.job for child in found.children)]
    kept = packages.find_all(jobs) if caller.may(Permission.CONTENT_READ) else {}
    linked = {pk for pk, package in kept.items() if not package.expired}
    return answer(presenters.detail(found, linked=linked))


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
def namespace_list(_request: HttpRequest, caller: Caller) -> HttpResponseBase:
    own = namespace_services.custom(caller.organization)
    return answer(presenters.namespaces([*STANDARD, *own.values()]))


@endpoint(Permission.PRIVACY_WRITE)
def namespace_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    body = decode(read_body(request))

    def again(pk: int) -> HttpResponse:
        own = CustomNamespace.objects.for_organization(caller.organization)
        return answer(presenters.registered(own.get(pk=pk)), 201)

    return once(request, caller, body, make=lambda: _registered(caller, body), again=again)


def _registered(caller: Caller, body: Any) -> Made:
    draft = parse_namespace(body)
    try:
        made = namespace_services.register(
            organization=caller.organization,
            by=caller.actor,
            name=draft.name,
            description=draft.description,
        )
    except namespace_services.Taken:
        raise ServiceError(409, "name: there is a namespace of this name already.") from None
    except namespace_services.TooMany:
        most = namespace_services.MOST
        raise ServiceError(400, f"An organization may have {most} namespaces at most.") from None
    return made.pk, answer(presenters.registered(made), 201)


def _job(caller: Caller, job_id: str) -> Job:
    job = reading.find_job(caller.organization, job_id)
    if job is None:
        raise ServiceError(404, "There is no job with this id.")
    return job


jobs = resource(GET=job_list, POST=job_create)
job = resource(GET=job_detail)
content = resource(GET=job_content)
child = resource(POST=child_create)
namespaces = resource(GET=namespace_list, POST=namespace_create)
