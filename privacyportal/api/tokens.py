"""The token endpoint (contract §1): client id and secret for a bearer token."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from privacyportal.api.envelope import answer
from privacyportal.api.gateway import resource
from privacyportal.organizations.services import credentials


def token_create(request: HttpRequest) -> HttpResponseBase:
    """Parameters come as a form or, as the vendor's own samples have it, in the query."""
    given = {**request.GET.dict(), **request.POST.dict()}
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


def _refused(error: str, description: str) -> HttpResponseBase:
    return answer({"error": error, "error_description": description}, 400)


token = resource(POST=token_create)
