"""Choices, to be read: no value of an identity is shown."""

from django.contrib import admin

from consent.models import ConsentCall, ConsentDay, ConsentRecord, ConsentState
from privacyportal.adminsite import ReadOnlyAdmin


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = (
        "pk",
        "organization",
        "namespace",
        "opted_out",
        "channel",
        "effective_at",
        "request_ref",
        "actor_name",
    )
    list_filter = ("opted_out", "channel", "organization")
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(ConsentState)
class ConsentStateAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "purpose", "opted_out", "effective_at", "record_id")
    list_filter = ("opted_out", "organization")
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(ConsentCall)
class ConsentCallAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "request", "total", "made", "created_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter), "organization")
    list_select_related = ("organization", "request")
    id_fields = ("request__public_id",)


@admin.register(ConsentDay)
class ConsentDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "organization", "channel", "opted_out", "records")
    list_filter = ("opted_out", "channel", "organization")
    list_select_related = ("organization",)
    id_fields = ()
