"""What every answer has: a request id, and under the API's bases JSON, whatever went wrong."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from privacyportal import routes
from privacyportal.api.envelope import TITLES, ServiceError, service_answer

BASES = ("/data/core/privacy", "/data/privacy/gdpr", "/ims/token")
FIT = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class RequestIdMiddleware:
    """Outermost. A caller's `x-request-id` is kept where it is fit for logs, else replaced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if FIT.fullmatch(given) else str(uuid.uuid4())
        request.META["HTTP_X_REQUEST_ID"] = request_id
        response = self.get_response(request)
        if request.path.startswith(BASES):
            response = _as_json(request, response)
            response.headers["Cache-Control"] = "no-store"
        response.headers["x-request-id"] = request_id
        return response


def _as_json(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An error page of the framework (a bad host, a fault before the view) in the API's words."""
    status = response.status_code
    html = response.headers.get("Content-Type", "").startswith("text/html")
    if status < 400 or not html:
        return response
    return service_answer(request.path, ServiceError(status, TITLES.get(status, "Invalid Request")))


class LogMiddleware(RequestMiddleware):
    """Logs requests by the pages that they are for, see privacyportal.routes."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return routes.told(request)
