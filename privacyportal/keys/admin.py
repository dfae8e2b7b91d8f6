"""Keys as facts: whose, of which version, destroyed when. The keys themselves are shown nowhere."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin, Related, whether
from privacyportal.keys.models import DataKey, MasterKeyCanary, OrganizationKey


@admin.register(MasterKeyCanary)
class MasterKeyCanaryAdmin(ReadOnlyAdmin):
    called, room = _("Master keys"), "keys"
    list_display = ("pk", "master_key_id")
    id_fields = ()
    text_ids = ("master_key_id",)


@admin.register(OrganizationKey)
class OrganizationKeyAdmin(ReadOnlyAdmin):
    called, room = _("Keys of organizations"), "keys"
    narrowed_by = ("organization",)
    related = (Related("keys.DataKey", {"organization_key": "pk"}),)
    list_display = ("pk", "organization", "version", "master_key_id", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    called, room = _("Data keys"), "keys"
    narrowed_by = ("organization", "organization_key")
    list_display = ("pk", "organization", "purpose", "created_at", "destroyed_at")
    list_filter = (
        "purpose",
        whether("destroyed_at", _("key"), _("Destroyed"), _("In use")),
        OrganizationFilter,
    )
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)
