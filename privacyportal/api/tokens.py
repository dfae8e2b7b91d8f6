"""The token endpoint (contract §1): client id and secret for a bearer token."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from privacyportal.api import rates
from privacyportal.api.envelope import answer
from privacyportal.api.gateway import resource, too_many
from privacyportal.organizations.services import credentials


def token_create(request: HttpRequest) -> HttpResponseBase:
    """Parameters come as a form or, as the vendor's own samples have it, in the query."""
    given = {**request.GET.dict(), **request.POST.dict()}
    _count(request, str(given.get("client_id", "")))
    if given.get("grant_type", "client_credentials") != "client_credentials":
        return _refused("unsupported_grant_type", "only client_credentials is supported")
    for name in ("client_id", "client_secret"):
        if not given.get(name) or "\0" in str(given[name]):
            return _refused("invalid_request", f"missing or malformed {name} parameter")
    issued = credentials.issue_token(
        client_id=str(given["client_id"]), client_secret=str(given["client_secret"])
    )
    if issued is None:
        return _refused("invalid_client", "invalid client_id or client_secret parameter")
    token, seconds = issued
    return answer({"access_token": token, "token_type": "bearer", "expires_in": seconds})


def _count(request: HttpRequest, client_id: str) -> None:
    """A client id from one address, then the address: who guesses locks out nobody but himself."""
    address, most = _address(request), settings.API_TOKENS_PER_MINUTE
    for who, per_minute in ((f"{address}\0{client_id}", most), (address, 10 * most)):
        name = hashlib.sha256(who.encode(errors="replace")).hexdigest()
        rate = rates.take(f"token:{name}", per_minute)
        if rate and not rate.allowed:
            raise too_many(rate)


def _address(request: HttpRequest) -> str:
    """Behind a proxy the last address that it names."""
    named = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return named.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def _refused(error: str, description: str) -> HttpResponseBase:
    return answer({"error": error, "error_description": description}, 400)


token = resource(POST=token_create)
