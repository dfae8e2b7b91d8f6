"""The operator's page of the whole installation: what must be well, versions, what waits where."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from jobs.models import Product, ProductResponse
from jobs.services import vital_signs
from jobs.services.product_health import health
from jobs.views.product_words import age, rate, status_of

MOST = 200  # products


def system(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("System"),
        "checks": vital_signs.checks(),
        "versions": _versions(),
        "rows": _rows(),
        "numbers": [n for n in vital_signs.numbers() if not n.name.startswith("portal_product_")],
    }
    return render(request, "admin/system.html", context)


def _versions() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (server,) = cursor.fetchone()
    return [
        ("PostgreSQL", server),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in ("Django", "celery", "psycopg", "SQLAlchemy")),
    ]


def _rows() -> list[dict[str, Any]]:
    products = list(Product.objects.select_related("organization").order_by("pk")[:MOST])
    found, leased = health(products), _leased()
    return [
        {
            "product": one,
            "status": status_of(one),
            "health": found[one.pk],
            "leased": leased.get(one.pk, 0),
            "age": age(found[one.pk]),
            "rate": rate(found[one.pk]),
        }
        for one in products
    ]


def _leased() -> dict[int, int]:
    """Product → responses under a lease: never more than all workers hold."""
    found: dict[int, int] = {}
    working = ProductResponse.objects.filter(state="working", product__isnull=False)
    for product_id in working.values_list("product_id", flat=True):
        found[product_id] = found.get(product_id, 0) + 1
    return found
