"""Products: paused and resumed here, set up in the portal. And what batches came to there."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs.admin.words import actions, sentence
from jobs.models import Product, ProductRetry, ProductSettings, WorkedBatch
from jobs.processors.registry import PROCESSORS
from jobs.services import products
from privacyportal.adminsite import (
    THINGS,
    Act,
    OrganizationFilter,
    OrganizationIdFilter,
    ReadOnlyAdmin,
    Related,
    each,
    whether,
)

PAUSE = Act(
    "pause",
    _("Pause …"),
    lambda n: ngettext("Pause %(n)s product?", "Pause %(n)s products?", n) % {"n": n},
    lambda n: ngettext("Pause %(n)s product", "Pause %(n)s products", n) % {"n": n},
    _("No more work is claimed for them; what is being worked on ends. Due dates go on."),
    _("They are paused already."),
    lambda n: ngettext("%(n)s product paused.", "%(n)s products paused.", n) % {"n": n},
    each(lambda one: one.paused_at is None, lambda one, by: products.pause(product=one, by=by)),
)
RESUME = Act(
    "resume",
    _("Resume …"),
    lambda n: ngettext("Resume %(n)s product?", "Resume %(n)s products?", n) % {"n": n},
    lambda n: ngettext("Resume %(n)s product", "Resume %(n)s products", n) % {"n": n},
    _("What waits there is worked on again, at once."),
    _("They are not paused."),
    lambda n: ngettext("%(n)s product resumed.", "%(n)s products resumed.", n) % {"n": n},
    each(
        lambda one: one.paused_at is not None, lambda one, by: products.resume(product=one, by=by)
    ),
)


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    called, room = _("Products"), "products"
    acts = (PAUSE, RESUME)
    list_display = (
        "code",
        "display_name",
        "organization",
        "processor",
        "paused_at",
        "unavailable_since",
        "last_success_at",
    )
    list_filter = (
        whether("paused_at", _("pause"), _("Paused"), _("Not paused")),
        whether("unavailable_since", _("answers"), _("Silent"), _("Responds")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    said = {
        "actions": actions,
        "processor": {kind: one.label for kind, one in PROCESSORS.items()},
        "unavailable_detail": sentence("unavailable_detail", "unavailable_params"),
    }
    related = (
        Related("jobs.ProductResponse", {"product": "pk"}, {"state": "due"}, _("Responses due")),
        Related("jobs.ProductResponse", {"product": "pk"}, {"state": "working"}, _("At work")),
        Related("jobs.ProductResponse", {"product": "pk"}, label=_("Responses"), count=False),
        Related("jobs.ProductSettings", {"product": "pk"}),
        Related("jobs.ProductRetry", {"product": "pk"}),
        Related("jobs.WorkedBatch", {"product_id": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "product"},
        ),
    )


@admin.register(ProductSettings)
class ProductSettingsAdmin(ReadOnlyAdmin):
    """The mapping is in clear; connection and secrets are sealed and not shown."""

    called, room = _("Settings of products"), "products"
    list_display = ("pk", "product", "number", "organization", "created_at", "created_by")
    list_filter = (OrganizationFilter,)
    list_select_related = ("product", "organization")
    narrowed_by = ("product",)
    id_fields = ("product__public_id",)


@admin.register(ProductRetry)
class ProductRetryAdmin(ReadOnlyAdmin):
    called, room = _("Retries of products"), "products"
    list_display = (
        "pk", "product", "organization", "total", "retried", "started_at", "ended_at",
    )  # fmt: skip
    list_filter = (OrganizationFilter,)
    list_select_related = ("product", "organization")
    narrowed_by = ("product",)
    said = {"by_kind": THINGS}
    id_fields = ()


@admin.register(WorkedBatch)
class WorkedBatchAdmin(ReadOnlyAdmin):
    called, room = _("Batches"), "products"
    list_display = ("pk", "product_id", "ended_at", "seconds", "complete", "error", "later")
    list_filter = (OrganizationIdFilter,)
    narrowed_by = ("product_id",)
    orders = {"product_id": ("-ended_at", "-pk")}
    refs = {"organization_id": "organizations.Organization", "product_id": "jobs.Product"}
    id_fields = ()
