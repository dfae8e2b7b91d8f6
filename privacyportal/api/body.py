"""Bodies: their content type and size, before a byte is understood."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError

from privacyportal.api.envelope import ServiceError

JSON_TYPE = re.compile(r"application/(json|vnd\.[\w.+-]*\+json)", re.IGNORECASE)


def check_content_type(request: HttpRequest) -> None:
    given = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if not JSON_TYPE.fullmatch(given):
        raise ServiceError(400, "A valid content-type must be specified")


def read_body(request: HttpRequest) -> bytes:
    """The whole body, never more than the limit; also one that comes in chunks."""
    limit = settings.API_BODY_LIMIT
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise _too_large(limit)
    try:
        body = _chunked(request, limit) if _is_chunked(request) else request.body
    except RequestDataTooBig:
        raise _too_large(limit) from None
    except (UnreadablePostError, RawPostDataException):
        raise ServiceError(400, "The body ended before its announced length.") from None
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _is_chunked(request: HttpRequest) -> bool:
    """Django reads nothing without a length; the server marks input that ends by itself."""
    return "CONTENT_LENGTH" not in request.META and bool(request.META.get("wsgi.input_terminated"))


def _chunked(request: HttpRequest, limit: int) -> bytes:
    """What is wrong with chunks the server tells with errors of its own, of several kinds."""
    try:
        body: bytes = request.META["wsgi.input"].read(limit + 1)
    except Exception as error:
        raise UnreadablePostError from error
    return body


def _too_large(limit: int) -> ServiceError:
    return ServiceError(413, f"The body is larger than {limit // 2**20} MiB.")
