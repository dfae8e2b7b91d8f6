"""What people put beside requests: by whom, when, how much."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.models import RequestAttachment, RequestNote
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin


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
