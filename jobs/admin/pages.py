"""The operator's own pages, and the processes that are alive."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.admin.find_person import find_person
from jobs.admin.system import system
from jobs.models import Heartbeat
from privacyportal.adminsite import OperatorPage, OperatorSite, ReadOnlyAdmin

OperatorSite.pages += [
    OperatorPage("system", _("System"), system, "device-desktop"),
    OperatorPage("find-person", _("Find a person"), find_person, "search"),
]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    called, room = _("Heartbeats"), "record"
    list_display = ("name", "seen_at")
    ordering = ("name",)
    orders = {}
    id_fields = ()
    text_ids = ("name",)
