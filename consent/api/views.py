"""The consent endpoints of the contract (§7), and ours: look-up, and Global Privacy Control."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from consent.api import parse, presenters
from consent.services import calls, present
from jobs.rules.namespaces import Custom
from jobs.services import submission
from privacyportal.api.body import read_body
from privacyportal.api.envelope import ServiceError, answer
from privacyportal.api.gateway import Caller, endpoint, resource
from privacyportal.api.problems import invalid
from privacyportal.organizations.permissions import Permission

CUSTOM: Custom = {}
SIGNAL = "1"  # of the header Sec-GPC; every other value says nothing


@endpoint(Permission.OPT_OUT_WRITE)
def consent_create(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    draft = parse.call(read_body(request), caller.organization.ims_org_id, CUSTOM)
    try:
        calls.accept(organization=caller.organization, by=caller.actor, draft=draft)
    except submission.RequestIdTaken:
        raise ServiceError(
            409, "requestId: your organization already has a request with this id."
        ) from None
    return HttpResponse(status=202, content_type="application/json")


@endpoint(Permission.OPT_OUT_READ)
def consent_lookup(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    _tree, identity = parse.identity(read_body(request), CUSTOM)
    found = present.look_up(caller.organization, identity.namespace, identity.value)
    return answer(presenters.choices(identity, found))


@endpoint(Permission.OPT_OUT_WRITE)
def consent_signal(request: HttpRequest, caller: Caller) -> HttpResponseBase:
    """A site's backend hands on what a signed-in user's browser sends: in a header of the same
    name, or as `secGpc` in the body."""
    tree, identity = parse.identity(read_body(request), CUSTOM)
    call = None
    if _signal(request, tree) == SIGNAL:
        call = calls.signal(organization=caller.organization, by=caller.actor, identity=identity)
    return answer(presenters.signal(call))


def _signal(request: HttpRequest, tree: dict[str, Any]) -> str:
    given = tree.get("secGpc", request.headers.get("Sec-GPC"))
    if given is None:
        raise invalid("secGpc", "required", "Give the header Sec-GPC, or this field.")
    return str(given).strip()


consent = resource(POST=consent_create)
lookup = resource(POST=consent_lookup)
gpc = resource(POST=consent_signal)
