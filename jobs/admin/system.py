"""The operator's page of the whole installation: what must be well, what waits where, versions."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import Product, ProductResponse
from jobs.services import installation, vital_signs
from jobs.services.product_health import health
from jobs.views.product_words import age, rate, status_of
from privacyportal.mailbox.nowhere import NOWHERE

MOST = 200  # products: first those that do not answer, then those that are paused
LEASES = 10_000
CHECKS = {
    "database": gettext_lazy("Database"),
    "redis": gettext_lazy("Broker"),
    "workers": gettext_lazy("Workers"),
    "sweep": gettext_lazy("Sweep"),
}
# What is under way → its words, and the list that shows it.
WORK: dict[str, tuple[Any, str]] = {
    "open": (gettext_lazy("Open jobs"), "jobs/job/?closed_at=0"),
    "due": (gettext_lazy("Responses due"), "jobs/productresponse/?state=due"),
    "working": (gettext_lazy("Under a lease"), "jobs/productresponse/?state=working"),
    "over": (gettext_lazy("Leases that are over"), "jobs/productresponse/?state=working"),
    "later": (gettext_lazy("For later"), "jobs/productresponse/?state=later"),
    "held": (gettext_lazy("Held for a person"), "jobs/productresponse/?state=held"),
    "events": (gettext_lazy("Events to publish"), "jobs/eventbatch/?last_position=0"),
    "deliveries": (gettext_lazy("Deliveries on their way"), "jobs/delivery/?state__exact=open"),
    "uploads": (gettext_lazy("Uploads at work"), "jobs/upload/"),
}


def system(request: HttpRequest) -> HttpResponse:
    found = installation.work()
    context = {
        **admin.site.each_context(request),
        "title": _("System"),
        "checks": [(CHECKS[name], one) for name, one in vital_signs.checks().items()],
        "work": [(word, place, found[name]) for name, (word, place) in WORK.items()],
        "queues": installation.queues(),
        "processes": installation.processes(),
        "size": installation.database_size(),
        "tables": installation.tables(),
        "versions": installation.versions(),
        "rows": _rows(),
        "mute": settings.EMAIL_BACKEND == NOWHERE,
        "most": MOST,
    }
    return render(request, "admin/system.html", context)


def _rows() -> list[dict[str, Any]]:
    first = (F("unavailable_since").asc(nulls_last=True), F("paused_at").desc(nulls_last=True))
    products = list(Product.objects.select_related("organization").order_by(*first, "pk")[:MOST])
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
    for product_id in working.values_list("product_id", flat=True)[:LEASES]:
        found[product_id] = found.get(product_id, 0) + 1
    return found
