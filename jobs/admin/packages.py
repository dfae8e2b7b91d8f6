"""What access jobs gave back: how much, until when."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.models import PackageContent
from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, whether


@admin.register(PackageContent)
class PackageContentAdmin(ReadOnlyAdmin):
    called, room = _("Package contents"), "requests"
    list_display = (
        "pk",
        "organization",
        "job_id",
        "size",
        "created_at",
        "expires_at",
        "removed_at",
    )
    list_filter = (
        whether("removed_at", _("content"), _("Removed"), _("Kept")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    narrowed_by = ("response", "job_id")
    refs = {"job_id": "jobs.Job", "data_key_id": "keys.DataKey"}
    id_fields = ()
    hidden = ("path",)
