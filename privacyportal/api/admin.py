"""What the gateway remembers, to be read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from privacyportal.adminsite import OrganizationFilter, ReadOnlyAdmin
from privacyportal.api.models import DayCount, RepeatMark


@admin.register(RepeatMark)
class RepeatMarkAdmin(ReadOnlyAdmin):
    called, room = _("Repeatable calls"), "record"
    list_display = ("pk", "organization", "target", "created_at")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    id_fields = ()


@admin.register(DayCount)
class DayCountAdmin(ReadOnlyAdmin):
    called, room = _("Jobs a day"), "record"
    list_display = ("day", "organization", "jobs")
    list_filter = (OrganizationFilter,)
    list_select_related = ("organization",)
    narrowed_by = ("organization",)
    orders = {"organization": ("-day", "-pk")}
    id_fields = ()
