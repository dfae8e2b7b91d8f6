"""Requests, and what people put beside them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.models import PrivacyRequest, RequestAttachment, RequestNote
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related


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


@admin.register(RequestNote)
class RequestNoteAdmin(ReadOnlyAdmin):
    called, room = _("Notes"), "requests"
    list_display = ("public_id", "organization", "request", "author_name", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "request")
    narrowed_by = ("request",)


@admin.register(RequestAttachment)
class RequestAttachmentAdmin(ReadOnlyAdmin):
    called, room = _("Attachments"), "requests"
    list_display = ("public_id", "organization", "request", "author_name", "size", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "request")
    narrowed_by = ("request",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body_sealed")
