"""The two shapes in which the API says no (contract §2 and §8), and how JSON goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpResponse

from privacyportal.api.problems import Invalid, Problems

encode = msgspec.json.Encoder().encode

TITLES = {
    400: "Invalid Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    413: "Payload Too Large",
    500: "Internal Server Error",
}


class GatewayError(Exception):
    """A caller that is not let in."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


KEY_MISSING = (403, "403000", "Api Key is required")
KEY_INVALID = (403, "403003", "Api Key is invalid")
# The public sources disagree about the status of this one.
TOKEN_MISSING = (401, "403010", "Oauth token is missing")
TOKEN_INVALID = (401, "401013", "Oauth token is not valid")
ORGANIZATION_MISSING = (400, "400003", "The header x-gw-ims-org-id is missing")
DISAGREEMENT = (
    403,
    "403025",
    "The token, the api key and the organization do not belong together",
)


TOO_MANY = (429, "429050", "Too many requests")


class ServiceError(Exception):
    """A request that is understood and refused; `detail` is a sentence for the caller."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def answer(value: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(value), status=status, content_type="application/json")


def gateway_answer(error: GatewayError) -> HttpResponse:
    response = answer({"error_code": error.code, "message": error.message}, error.status)
    return with_headers(response, error.headers)


def service_answer(path: str, error: ServiceError) -> HttpResponse:
    response = answer(envelope(path, error.status, error.detail), error.status)
    return with_headers(response, error.headers)


def with_headers(response: HttpResponse, headers: Mapping[str, str]) -> HttpResponse:
    for name, value in headers.items():
        response.headers[name] = value
    return response


def invalid_answer(path: str, error: Invalid) -> HttpResponse:
    problems = error.problems
    return answer({**envelope(path, 400, problems.sentence()), "report": report(problems)}, 400)


def envelope(path: str, status: int, detail: str) -> dict[str, Any]:
    """Both nestings, because clients read one or the other."""
    title = TITLES.get(status, "Invalid Request")
    return {
        "errors": {
            "errorType": f"uri={path}",
            "errorCode": status,
            "title": title,
            "detail": detail,
        },
        "title": title,
        "detail": detail,
        "status": status,
        "report": {"errors": []},
        "totalRecords": 0,
    }


def report(problems: Problems) -> dict[str, Any]:
    listed = [{"path": p.path, "code": p.code, "message": p.message} for p in problems]
    return {"errors": listed, "more": problems.more} if problems.more else {"errors": listed}
