"""Products: how each does, and what waits there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.models import Product
from jobs.services.product_health import Health, health
from jobs.views.product_access import reader
from jobs.views.product_words import age, kind_of, rate, status_of
from jobs.views.status import Status
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

MOST = 200  # on the page


@dataclass(frozen=True, slots=True)
class ProductRow:
    product: Product
    status: Status
    kind: Any
    health: Health
    age: str
    rate: str


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    member = reader(request)
    context = {"rows": _rows(member)}
    return page(request, "products/product_list.html", context, fragment="products/_products.html")


def _rows(member: Member) -> list[ProductRow]:
    own = Product.objects.for_organization(member.organization)
    products = list(own.order_by("display_name", "code")[:MOST])
    found = health(products)
    return [
        ProductRow(p, status_of(p), kind_of(p), found[p.pk], age(found[p.pk]), rate(found[p.pk]))
        for p in products
    ]
