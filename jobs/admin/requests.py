"""Requests."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.models import PrivacyRequest
from privacyportal.adminsite import THINGS, OrganizationFilter, ReadOnlyAdmin, Related


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    called, room = _("Requests"), "requests"
    list_display = (
        "request_id",
        "organization",
        "regulation",
        "channel",
        "submitted_by",
        "received_at",
        "created_at",
    )
    list_filter = ("channel", "priority", OrganizationFilter)
    list_select_related = ("organization",)
    narrowed_by = ("organization", "assignee", "data_key")
    asked_by = ("submitted_by_id",)
    orders = {"organization": ("-created_at", "-pk"), "assignee": ("-created_at", "-pk")}
    partial = (({"organization": None, "submitted_by_id": None}, ("-created_at", "-pk")),)
    organization_ids = ("request_id",)
    hidden = ("contexts", "options")
    said = {"submitted_by_kind": THINGS}
    related = (
        Related("jobs.Job", {"request": "pk"}),
        Related("jobs.RequestSubject", {"request": "pk"}),
        Related("jobs.RequestNote", {"request": "pk"}),
        Related("jobs.RequestAttachment", {"request": "pk"}),
        Related("jobs.UploadPart", {"request": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "request"},
        ),
    )
