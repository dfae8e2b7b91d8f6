"""What the gateway remembers, to be read."""

from django.contrib import admin

from privacyportal.adminsite import ReadOnlyAdmin
from privacyportal.api.models import DayCount, RepeatMark


@admin.register(RepeatMark)
class RepeatMarkAdmin(ReadOnlyAdmin):
    list_display = ("pk", "organization", "target", "created_at")
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)


@admin.register(DayCount)
class DayCountAdmin(ReadOnlyAdmin):
    list_display = ("day", "organization", "jobs")
    list_select_related = ("organization",)
    id_fields = ("organization__public_id",)
