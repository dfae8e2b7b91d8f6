"""POST /jobs and child jobs (contract §3): stored, counted and answered in one transaction, so that
a 5xx means that nothing is stored, and a call which comes again makes nothing anew."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from jobs.api import presenters, reading
from jobs.api.parse import Defaults, Facts, parse
from jobs.models import Job, PrivacyRequest, Product
from jobs.services import children, namespaces, submission
from privacyportal.api import daily
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller
from privacyportal.api.jsonin import decode
from privacyportal.api.repeats import Made, once

TAKEN = "requestId: your organization already has a request with this id."
OF_CHILD = "This job is a child job, and a child job has no children of its own."
FULL = f"A job may have {children.MOST} child jobs at most."


def create(request: HttpRequest, caller: Caller, parent: Job | None = None) -> HttpResponse:
    """Raises ServiceError and Invalid."""
    if parent and parent.parent_id:
        raise ServiceError(400, OF_CHILD)
    body = decode(read_body(request))
    facts = _facts(caller, parent)

    def make() -> Made:
        try:
            return _made(caller, body, facts, parent)
        except submission.RequestIdTaken:
            raise ServiceError(409, TAKEN) from None
        except children.TooMany:
            raise ServiceError(400, FULL) from None

    def again(pk: int) -> HttpResponse:
        made = PrivacyRequest.objects.for_organization(caller.organization).get(pk=pk)
        return answer(presenters.created_before(made, reading.read_submitted(made)), 202)

    place = f"child of {parent.public_id}" if parent else "jobs"
    return once(request, caller, body, make=make, again=again, place=place)


def _made(caller: Caller, body: object, facts: Facts, parent: Job | None) -> Made:
    draft = parse(body, facts)
    count = submission.job_count(draft)
    daily.look(caller.organization, count)
    done = submission.submit(
        organization=caller.organization, by=caller.actor, draft=draft, parent=parent
    )
    told = answer(presenters.created(draft, done), 202)
    daily.take(caller.organization, count)
    return done.request.pk, told


def _facts(caller: Caller, parent: Job | None) -> Facts:
    organization = caller.organization
    products = Product.objects.for_organization(organization).order_by("code")
    return Facts(
        organization.ims_org_id,
        list(products.values_list("code", flat=True)),
        namespaces.custom(organization),
        _defaults(parent) if parent else None,
    )


def _defaults(parent: Job) -> Defaults:
    law = parent.request
    return Defaults(law.regulation, law.regulation_given, children.products_of(parent))
