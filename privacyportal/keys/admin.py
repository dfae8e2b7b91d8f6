"""Keys as facts: whose, of which version, destroyed when. The keys themselves are shown nowhere."""

from django.contrib import admin

from privacyportal.adminsite import ReadOnlyAdmin
from privacyportal.keys.models import DataKey, MasterKeyCanary, OrganizationKey


@admin.register(MasterKeyCanary)
class MasterKeyCanaryAdmin(ReadOnlyAdmin):
    list_display = ("pk", "master_key_id")
    id_fields = ()
    text_ids = ("master_key_id",)


@admin.register(OrganizationKey)
class OrganizationKeyAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "version", "master_key_id", "created_at")
    list_filter = ("organization",)
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "purpose", "created_at", "destroyed_at")
    list_filter = ("purpose", "organization", ("destroyed_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)
