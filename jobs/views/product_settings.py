"""Setting a product up, changing its settings, and its versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.models import Product, ProductSettings
from jobs.processors.base import Processor
from jobs.processors.registry import PROCESSORS
from jobs.product_forms import ProductForm, SettingsForm
from jobs.services import product_versions, products
from jobs.views.product_access import find_product, manager, reader
from jobs.views.product_detail import frame
from jobs.views.product_trial import Trial
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

VERSIONS = 50
MEMBERS = 200


@require_safe
def product_kinds(request: HttpRequest) -> HttpResponse:
    """The first step: which processor."""
    manager(request)
    kinds = [_kind(one) for _name, one in PROCESSORS.items() if one.fields]
    return page(request, "products/product_kinds.html", {"kinds": kinds})


@require_http_methods(["GET", "HEAD", "POST"])
def product_new(request: HttpRequest, kind: str) -> HttpResponse:
    """The second: connect, test, map."""
    member = manager(request)
    processor = _known(kind)
    form = ProductForm(processor, request.POST or None, members=_members(member))
    trial = Trial(request, form, member, None)
    wanted = request.method == "POST" and not trial.run()
    if wanted and (product := _added(trial, kind, member)):
        messages.success(request, _("%(product)s is set up.") % {"product": product})
        return redirect("jobs:product-detail", product.public_id)
    context = {"kind": _kind(processor), **trial.context}
    return _answer(request, "products/product_new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product_settings(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = manager(request)
    product = find_product(member, public_id)
    processor = _known(product.processor)
    mapping = product.current_settings.mapping if product.current_settings else {}
    form = SettingsForm(processor, request.POST or None, mapping=mapping, members=_members(member))
    trial = Trial(request, form, member, product)
    wanted = request.method == "POST" and not trial.run()
    if wanted and (version := _changed(trial, product, member)):
        messages.success(request, _("Saved as version %(n)s.") % {"n": version.number})
        return redirect("jobs:product-detail", public_id)
    context = frame(product, "settings") | trial.context
    return _answer(request, "products/product_settings.html", context)


@require_safe
def product_versions_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Newest first, each with what it changed."""
    product = find_product(reader(request), public_id)
    found = list(product.versions.order_by("-number")[: VERSIONS + 1])
    earlier = {version.number: version for version in found}
    rows = []
    for version in found[:VERSIONS]:
        before = earlier.get(version.number - 1)
        changes = product_versions.changes(before.mapping, version.mapping) if before else []
        rows.append({"version": version, "first": before is None, "changes": changes})
    context = {**frame(product, "versions"), "rows": rows}
    return page(request, "products/product_versions.html", context)


@require_POST
def product_restore(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    member = manager(request)
    product = find_product(member, public_id)
    try:
        version = product_versions.restore(product=product, number=number, by=member.user.actor)
    except ProductSettings.DoesNotExist:
        raise Http404 from None
    except products.SettingsInvalid as error:
        count = len(error.problems)
        told = ngettext(
            "Version %(n)s cannot be used any more: %(count)s problem.",
            "Version %(n)s cannot be used any more: %(count)s problems.",
            count,
        )
        messages.error(request, told % {"n": number, "count": count})
    else:
        told = _("The settings of version %(old)s are in use again, as version %(new)s.")
        messages.success(request, told % {"old": number, "new": version.number})
    return redirect("jobs:product-versions", public_id)


def _members(member: Member) -> list[tuple[str, str]]:
    """Address and name of those that work can be given to, by name."""
    found = Member.objects.filter(organization=member.organization, user__is_active=True)
    listed = found.select_related("user").order_by("user__name", "user__email")[:MEMBERS]
    return [(one.user.email, str(one.user)) for one in listed]


def _kind(processor: type[Processor]) -> dict[str, Any]:
    """A processor as pages tell of it: a template would make one of a class."""
    return {
        "kind": processor.kind,
        "label": processor.label,
        "purpose": processor.purpose,
        "icon": processor.icon,
    }


def _known(kind: str) -> type[Processor]:
    processor = PROCESSORS.get(kind)
    if processor is None or not processor.fields:
        raise Http404
    return processor


def _added(trial: Trial, kind: str, member: Member) -> Product | None:
    try:
        return products.add(
            organization=member.organization,
            by=member.user.actor,
            code=trial.form.cleaned_data["code"],
            display_name=trial.form.cleaned_data["display_name"],
            processor=kind,
            document=trial.document,
        )
    except products.SettingsInvalid as error:
        trial.form.tell(error.problems)
        return None


def _changed(trial: Trial, product: Product, member: Member) -> ProductSettings | None:
    try:
        return products.change_settings(
            product=product, by=member.user.actor, document=trial.document
        )
    except products.SettingsInvalid as error:
        trial.form.tell(error.problems)
        return None


def _answer(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return page(request, name, context, fragment="products/_product_form.html")
