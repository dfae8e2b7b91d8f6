"""The door of the API: who calls, for which organization, and whether they may (contract §2).

A view of the API is a function (request, caller, …) → response, made an `endpoint` by the
permission it needs, and put at a path with the others of that path by `resource`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from privacyportal.actors import Actor
from privacyportal.api import envelope, rates
from privacyportal.api.body import check_content_type
from privacyportal.api.envelope import GatewayError, ServiceError
from privacyportal.api.problems import Invalid
from privacyportal.organizations.models import ApiCredential, Organization
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services import credentials

log = structlog.get_logger(__name__)
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
# What Django raises while it reads a form or a body.
UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError)
UNREAD = "The body of the request cannot be read."
NOTHING_HERE = "There is nothing at this address."
FAILED = (
    "The request could not be answered. Nothing was stored. Tell the operator this request id: "
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that passed every check."""

    credential: ApiCredential

    @property
    def organization(self) -> Organization:
        return self.credential.organization

    @property
    def actor(self) -> Actor:
        return self.credential.actor

    def may(self, permission: Permission) -> bool:
        return self.credential.may(permission)


View = Callable[..., HttpResponseBase]


def endpoint(permission: Permission, *, body: bool = True) -> Callable[[View], View]:
    """Lets only callers with the permission in and hands them to the view; `body` says whether a
    POST has one."""

    def wrap(view: View) -> View:
        def guarded(request: HttpRequest, **path: Any) -> HttpResponseBase:
            caller = identify(request)
            _count(request, caller)
            if not caller.may(permission):
                raise ServiceError(403, f"The credential lacks the permission {permission}.")
            if body and request.method in WITH_BODY:
                check_content_type(request)
            credentials.touch(caller.credential)
            return view(request, caller, **path)

        return guarded

    return wrap


def identify(request: HttpRequest) -> Caller:
    """Checks in the contract's order: api key, token, organization, their agreement."""
    client_id = request.headers.get("x-api-key", "").strip()
    if not client_id:
        raise GatewayError(*envelope.KEY_MISSING)
    if not credentials.is_live(client_id):
        raise GatewayError(*envelope.KEY_INVALID)
    credential = _credential_of_token(request)
    organization = request.headers.get("x-gw-ims-org-id", "").strip()
    if not organization:
        raise GatewayError(*envelope.ORGANIZATION_MISSING)
    if (client_id, organization) != (credential.client_id, credential.organization.ims_org_id):
        raise GatewayError(*envelope.DISAGREEMENT)
    return Caller(credential)


def _count(request: HttpRequest, caller: Caller) -> None:
    """One more call of the credential. What its bucket says is told in every answer."""
    rate = rates.take(f"credential:{caller.credential.public_id}", settings.API_RATE_PER_MINUTE)
    if rate is None:
        return
    request.rate = rate  # type: ignore[attr-defined]
    if not rate.allowed:
        raise too_many(rate)


def too_many(rate: rates.Rate) -> GatewayError:
    return GatewayError(*envelope.TOO_MANY, headers={"Retry-After": str(rate.retry_in)})


def _credential_of_token(request: HttpRequest) -> ApiCredential:
    scheme, _space, token = request.headers.get("Authorization", "").strip().partition(" ")
    if not scheme or (scheme.lower() == "bearer" and not token.strip()):
        raise GatewayError(*envelope.TOKEN_MISSING)
    credential = credentials.credential_for(token.strip()) if scheme.lower() == "bearer" else None
    if credential is None:
        raise GatewayError(*envelope.TOKEN_INVALID)
    return credential


def resource(**methods: View) -> View:
    """The view of a path: `resource(GET=job_list, POST=job_create)`."""

    @csrf_exempt
    @login_not_required
    def respond(request: HttpRequest, **path: Any) -> HttpResponseBase:
        with translation.override("en"):
            response = _answered(request, methods, path)
        rate: rates.Rate | None = getattr(request, "rate", None)
        for name, value in rate.headers.items() if rate else ():
            response.headers[name] = value
        return response

    respond.methods = tuple(methods)  # type: ignore[attr-defined]
    return respond


def _answered(
    request: HttpRequest, methods: dict[str, View], path: dict[str, Any]
) -> HttpResponseBase:
    try:
        return _chosen(request, methods)(request, **path)
    except GatewayError as error:
        return envelope.gateway_answer(error)
    except Invalid as error:
        return envelope.invalid_answer(request.path, error)
    except ServiceError as error:
        return envelope.service_answer(request.path, error)
    except UNREADABLE:
        return envelope.service_answer(request.path, ServiceError(400, UNREAD))
    except Exception as error:
        return failure(request, error)


def _chosen(request: HttpRequest, methods: dict[str, View]) -> View:
    try:
        return methods[request.method or ""]
    except KeyError:
        allowed = ", ".join(methods)
        raise ServiceError(
            405,
            f"{request.method} is not possible here; use {allowed}.",
            headers={"Allow": allowed},
        ) from None


def failure(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Our fault: logged by kind and place. An exception's own text may hold a person's data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("api.failure", error=type(error).__name__, where=where)
    sentence = FAILED + structlog.contextvars.get_contextvars().get("request_id", "")
    return envelope.service_answer(request.path, ServiceError(500, sentence))


@csrf_exempt
@login_not_required
def nothing_here(request: HttpRequest, **_path: Any) -> HttpResponseBase:
    return envelope.service_answer(request.path, ServiceError(404, NOTHING_HERE))
