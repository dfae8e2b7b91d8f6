"""Choices, to be read: no value of an identity is shown."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from consent.models import ConsentCall, ConsentDay, ConsentRecord, ConsentState, Purpose
from jobs.admin.requests import PrivacyRequestAdmin
from privacyportal.adminsite import THINGS, OrganizationFilter, ReadOnlyAdmin, Related, whether
from privacyportal.organizations.admin import OrganizationAdmin

OrganizationAdmin.lead_to(Related("consent.ConsentRecord", {"organization": "pk"}))
PrivacyRequestAdmin.lead_to(
    Related("consent.ConsentRecord", {"request_pk": "pk"}),
    Related("consent.ConsentCall", {"request": "pk"}),
)


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    called, room = _("Choices"), "consent"
    list_display = (
        "pk",
        "organization",
        "namespace",
        "opted_out",
        "channel",
        "effective_at",
        "request_pk",
        "actor_name",
    )
    list_filter = ("opted_out", "channel", OrganizationFilter)
    list_select_related = ("organization",)
    narrowed_by = ("organization", "request_pk")
    refs = {"request_pk": "jobs.PrivacyRequest", "data_key_id": "keys.DataKey"}
    said = {"actor_kind": THINGS}
    prints = ("fingerprint",)
    print_where = {"purpose": Purpose.SALE}


@admin.register(ConsentState)
class ConsentStateAdmin(ReadOnlyAdmin):
    called, room = _("Present choices"), "consent"
    list_display = ("pk", "organization", "purpose", "opted_out", "effective_at", "record_id")
    list_filter = ("opted_out", OrganizationFilter)
    list_select_related = ("organization",)
    refs = {"record_id": "consent.ConsentRecord"}
    prints = ("fingerprint",)
    print_where = {"purpose": Purpose.SALE}
    id_fields = ()


@admin.register(ConsentCall)
class ConsentCallAdmin(ReadOnlyAdmin):
    called, room = _("Large calls"), "consent"
    list_display = ("pk", "organization", "request", "total", "made", "created_at", "closed_at")
    list_filter = (whether("closed_at", _("end"), _("Closed"), _("Not closed")), OrganizationFilter)
    list_select_related = ("organization", "request")
    narrowed_by = ("request",)
    partial = (({"closed_at": "0"}, ("-pk",)),)
    id_fields = ("request__public_id",)


@admin.register(ConsentDay)
class ConsentDayAdmin(ReadOnlyAdmin):
    called, room = _("Choices a day"), "consent"
    list_display = ("day", "organization", "channel", "opted_out", "records")
    list_filter = ("opted_out", "channel", OrganizationFilter)
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    orders = {"organization": ("-day", "-pk")}
    id_fields = ()
