"""People, known by fingerprints; what was said of them stays sealed."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.models import DataSubject, Identity, RequestSubject
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related


@admin.register(DataSubject)
class DataSubjectAdmin(ReadOnlyAdmin):
    called, room = _("Data subjects"), "people"
    list_display = ("public_id", "organization", "key_version", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    prints = ("key_fingerprint",)
    related = (
        Related("jobs.Job", {"data_subject": "pk"}),
        Related("jobs.RequestSubject", {"data_subject": "pk"}),
        Related(
            "audit.AuditEvent",
            {"organization_id": "organization_id", "target_id": "public_id"},
            {"target_kind": "person"},
        ),
    )


@admin.register(RequestSubject)
class RequestSubjectAdmin(ReadOnlyAdmin):
    called, room = _("People of requests"), "people"
    list_display = ("pk", "organization", "request", "data_subject", "position", "person")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization", "request")
    narrowed_by = ("request", "data_subject")
    id_fields = ("request__public_id",)
    related = (
        Related("jobs.Identity", {"request_subject": "pk"}),
        Related("jobs.Job", {"request": "request_id", "request_subject": "pk"}, count=False),
    )


@admin.register(Identity)
class IdentityAdmin(ReadOnlyAdmin):
    called, room = _("Identities"), "people"
    list_display = ("pk", "organization", "request_subject", "position", "namespace", "qualifier")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    narrowed_by = ("request_subject",)
    id_fields = ()
    prints = ("fingerprint",)
