"""The consent endpoints of the contract (§7), and ours: look-up, and Global Privacy Control."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from consent.api import parse, presenters
from consent.services import calls, present
from jobs.api.creating import TAKEN
from jobs.services import submission
from jobs.services.namespaces import custom
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller, endpoint, resource
from privacyportal.api.jsonin import decode
from privacyportal.api.problems import invalid
from privacyportal.api.repeats import Made, once
from privacyportal.organizations.permissions import Permission

SIGNAL = "1"  # of the header Sec-GPC; every other value says nothing


@endpoint(Permission.OPT_OUT_WRITE)
def consent_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    body = decode(read_body(request))
    return once(
        request,
        caller,
        body,
        make=lambda: _accepted(caller, body),
        again=lambda _call: _without_body(),
    )


def _accepted(caller: Caller, body: Any) -> Made:
    organization = caller.organization
    draft = parse.call(body, organization.ims_org_id, custom(organization))
    try:
        call = calls.accept(organization=organization, by=caller.actor, draft=draft)
    except submission.RequestIdTaken:
        raise ServiceError(409, TAKEN) from None
    return call.pk, _without_body()


def _without_body() -> HttpResponse:
    return HttpResponse(status=202, content_type="application/json")


@endpoint(Permission.OPT_OUT_READ)
def consent_lookup(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    organization = caller.organization
    identity = parse.identity(decode(read_body(request)), custom(organization))
    found = present.look_up(organization, identity.namespace, identity.value)
    return answer(presenters.choices(identity, found))


@endpoint(Permission.OPT_OUT_WRITE)
def consent_signal(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """A site's backend hands on what a signed-in user's browser sends: in a header of the same
    name, or as `secGpc` in the body."""
    organization, body = caller.organization, decode(read_body(request))
    identity = parse.identity(body, custom(organization))
    signal = parse.signal(body)
    if signal is None:
        signal = request.headers.get("Sec-GPC")
    if signal is None:
        raise invalid("secGpc", "required", "Give the header Sec-GPC, or this field.")
    call = None
    if signal.strip() == SIGNAL:
        call = calls.signal(organization=organization, by=caller.actor, identity=identity)
    return answer(presenters.signal(call))


consent = resource(POST=consent_create)
lookup = resource(POST=consent_lookup)
gpc = resource(POST=consent_signal)
