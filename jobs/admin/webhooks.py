"""Who is told, every chain of tries to tell, and the keys that sign."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs.models import Delivery, DeliveryTry, SigningKey, Webhook
from jobs.models.webhooks import LIVE
from jobs.program_forms import KIND_WORDS
from jobs.rules.events import Kind
from jobs.services import webhooks
from privacyportal.adminsite import (
    Act,
    OrganizationFilter,
    ReadOnlyAdmin,
    Related,
    each,
    whether,
)

PAUSE = Act(
    "pause",
    _("Pause …"),
    lambda n: ngettext("Pause %(n)s webhook?", "Pause %(n)s webhooks?", n) % {"n": n},
    lambda n: ngettext("Pause %(n)s webhook", "Pause %(n)s webhooks", n) % {"n": n},
    _("Nothing is sent there until somebody resumes it; what happens meanwhile is in the journal."),
    _("They are not active."),
    lambda n: ngettext("%(n)s webhook paused.", "%(n)s webhooks paused.", n) % {"n": n},
    each(
        lambda one: one.state in LIVE,
        lambda one, by: webhooks.pause(webhook=one, by=by),
        (webhooks.NotLive,),
    ),
)
RESUME = Act(
    "resume",
    _("Resume …"),
    lambda n: ngettext("Resume %(n)s webhook?", "Resume %(n)s webhooks?", n) % {"n": n},
    lambda n: ngettext("Resume %(n)s webhook", "Resume %(n)s webhooks", n) % {"n": n},
    _("Events from now on are sent there again."),
    _("They are not paused."),
    lambda n: ngettext("%(n)s webhook resumed.", "%(n)s webhooks resumed.", n) % {"n": n},
    each(
        lambda one: one.reason == "paused" and not one.deleted_at,
        lambda one, by: webhooks.resume(webhook=one, by=by),
        (webhooks.NotLive,),
    ),
)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """The address may hold a secret in its query, and is the organization's: not shown."""

    called, room = _("Webhooks"), "events"
    acts = (PAUSE, RESUME)
    list_display = ("name", "organization", "state", "reason", "changed_at", "deleted_at")
    list_filter = (
        "state",
        whether("deleted_at", _("removal"), _("Removed"), _("Kept")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    asked_by = ("client_id",)
    said = {
        "kinds": lambda row: " · ".join(str(KIND_WORDS[Kind(one)]) for one in row.kinds),
        "reason": webhooks.REASONS,
    }
    hidden = ("url",)
    related = (
        Related("jobs.Delivery", {"webhook": "pk"}),
        Related("jobs.DeliveryTry", {"webhook_id": "pk"}),
        Related(
            "organizations.ApiCredential",
            {"client_id": "client_id"},
            label=_("Program"),
        ),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "webhook"},
        ),
    )


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    called, room = _("Deliveries"), "events"
    list_display = (
        "public_id",
        "organization",
        "webhook",
        "event_id",
        "state",
        "tries",
        "not_before",
        "closed_at",
    )
    list_filter = ("state", OrganizationFilter)
    list_select_related = ("organization", "webhook")
    narrowed_by = ("webhook", "event_id")
    orders = {"event_id": ("-pk",)}
    refs = {"event_id": "jobs.Event"}
    hidden = ("lease_token",)
    related = (Related("jobs.DeliveryTry", {"delivery_id": "pk"}),)


@admin.register(DeliveryTry)
class DeliveryTryAdmin(ReadOnlyAdmin):
    called, room = _("Delivery tries"), "events"
    list_display = ("pk", "delivery_id", "number", "started_at", "milliseconds", "status", "error")
    list_filter = ("good", OrganizationFilter)
    narrowed_by = ("delivery_id", "webhook_id")
    orders = {"webhook_id": ("-started_at", "-pk")}
    refs = {"delivery_id": "jobs.Delivery", "webhook_id": "jobs.Webhook"}
    said = {"error": webhooks.REASONS}
    id_fields = ()


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """Public halves; the private ones are sealed and not shown."""

    called, room = _("Signing keys"), "keys"
    list_display = ("public_id", "slot", "created_at", "replaced_at")
    hidden = ("private_sealed",)
