"""Where products that took work tell that there is news of it. Who calls is judged by the product's
processor, from what it sent and the secrets of its settings."""

from __future__ import annotations

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from jobs.engine.news import heard_of
from jobs.models import Product
from jobs.processors.base import NotHeard
from jobs.services import products
from privacyportal.api.envelope import ServiceError
from privacyportal.api.gateway import NOTHING_HERE

MOST_BYTES = 1_048_576
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,200}", re.ASCII)


def challenge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a product sends events only to who answers its challenge (contract §12): the word, as
    text. It opens nothing."""
    word = request.GET.get("challenge", "")
    if not CHALLENGE.fullmatch(word) or not Product.objects.filter(public_id=public_id).exists():
        raise ServiceError(404, NOTHING_HERE)
    return HttpResponse(word, content_type="text/plain; charset=utf-8")


def callback(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """204 once the news is taken, whether or not anything waited for it; 401 for a stranger."""
    product = Product.objects.filter(public_id=public_id).first()
    if product is None or product.current_settings_id is None:
        raise ServiceError(404, NOTHING_HERE)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ServiceError(413, "The body is larger than 1 MB.")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        with products.opened(product) as processor:
            references = processor.hear(headers, body)
    except NotHeard:
        raise ServiceError(401, "The signature of this callback is not the product's.") from None
    heard_of(product.pk, [reference for reference in references if "\0" not in reference])
    return HttpResponse(status=204)
