"""Requests half-way: drafts, uploads, and what deletes of theirs would touch."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs.admin.words import sentence
from jobs.models import DryRun, KnownColumns, SavedDraft, Upload, UploadPart
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related, whether


@admin.register(SavedDraft)
class SavedDraftAdmin(ReadOnlyAdmin):
    called, room = _("Drafts"), "files"
    list_display = ("public_id", "organization", "member", "people", "saved_at", "expires_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "member__user")
    narrowed_by = ("member",)
    orders = {"member": ("-saved_at", "-pk")}
    id_fields = ()  # unique for its member only
    related = (Related("jobs.DryRun", {"draft": "pk"}),)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    called, room = _("Uploads"), "files"
    list_display = ("public_id", "organization", "member", "kind", "state", "people", "created_at")
    list_filter = ("state", OrganizationFilter)
    list_select_related = ("organization", "member__user")
    narrowed_by = ("member",)
    orders = {"member": ("-created_at", "-pk")}
    related = (
        Related("jobs.UploadPart", {"upload": "pk"}),
        Related("jobs.DryRun", {"upload": "pk"}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content_sealed", "report_sealed")


@admin.register(UploadPart)
class UploadPartAdmin(ReadOnlyAdmin):
    called, room = _("Parts of uploads"), "files"
    list_display = ("pk", "organization", "upload", "number", "people", "request", "done_at")
    list_filter = (whether("done_at", _("end"), _("Submitted"), _("To come")), OrganizationFilter)
    list_select_related = ("organization", "request")
    narrowed_by = ("upload", "request")
    orders = {"upload": ("-number", "-pk")}
    id_fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content_sealed")


@admin.register(DryRun)
class DryRunAdmin(ReadOnlyAdmin):
    called, room = _("Dry runs"), "files"
    list_display = ("pk", "organization", "product", "asked_at", "answered_at", "detail")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "product")
    narrowed_by = ("draft", "upload")
    said = {"detail": sentence("detail", "params")}
    id_fields = ()


@admin.register(KnownColumns)
class KnownColumnsAdmin(ReadOnlyAdmin):
    called, room = _("Known columns"), "files"
    list_display = ("pk", "organization", "member", "said_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "member__user")
    narrowed_by = ("member",)
    id_fields = ()
