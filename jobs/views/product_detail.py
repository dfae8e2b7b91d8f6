"""The page of a product: how it does, its limits, and pausing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from jobs.engine.news import callback_url
from jobs.models import Product
from jobs.processors.base import Processor
from jobs.processors.registry import PROCESSORS
from jobs.product_forms import LimitsForm
from jobs.rules import outcomes
from jobs.rules.states import Action
from jobs.services import products
from jobs.services.product_health import health
from jobs.views.product_access import find_product, manager, reader
from jobs.views.product_retry import retrying
from jobs.views.product_words import figures, kind_of, status_of
from privacyportal.htmx import page


@require_http_methods(["GET", "HEAD", "POST"])
def product_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A POST changes name and limits."""
    member = reader(request)
    product = find_product(member, public_id)
    form = LimitsForm.of(product)
    if request.method == "POST":
        form = LimitsForm(request.POST)
        by = manager(request).user.actor
        if form.is_valid():
            given = form.cleaned_data
            products.rename(product=product, by=by, display_name=given["display_name"])
            products.set_limits(
                product=product,
                by=by,
                parallel=given["parallel_limit"],
                per_minute=given["per_minute"],
            )
            messages.success(request, _("Saved."))
            return redirect("jobs:product-detail", public_id)
    context = {**frame(product, "work"), **_work(product), "form": form}
    return page(
        request, "products/product_detail.html", context, fragment="products/_product_health.html"
    )


def frame(product: Product, tab: str) -> dict[str, Any]:
    """What every page of a product shows."""
    processor = PROCESSORS.get(product.processor)
    return {
        "product": product,
        "tab": tab,
        "status": status_of(product),
        "kind": kind_of(product),
        "versions": product.current_settings.number if product.current_settings else 0,
        "fields": bool(processor and processor.fields),
    }


def _work(product: Product) -> dict[str, Any]:
    mapping = product.current_settings.mapping if product.current_settings else None
    processor = PROCESSORS.get(product.processor)
    does = [
        (Action(action).label, processor.describe(mapping, action))
        for action in product.actions
        if processor and mapping is not None
    ]
    if processor and processor.hear is not Processor.hear:
        does.append((gettext_lazy("Calls back at"), [callback_url(product)]))
    found = health([product])[product.pk]
    return {
        "figures": figures(product, found),
        **retrying(product),
        "does": [(label, phrases) for label, phrases in does if phrases],
        "why": outcomes.detail(product.unavailable_detail, product.unavailable_params),
        "parallel": product.max_parallel,
    }


@require_POST
def product_pause(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    product = find_product(member, public_id)
    products.pause(product=product, by=member.user.actor)
    messages.success(request, _("%(product)s is paused. Its work waits.") % {"product": product})
    return redirect("jobs:product-detail", public_id)


@require_POST
def product_resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    product = find_product(member, public_id)
    products.resume(product=product, by=member.user.actor)
    messages.success(request, _("%(product)s goes on.") % {"product": product})
    return redirect("jobs:product-detail", public_id)
