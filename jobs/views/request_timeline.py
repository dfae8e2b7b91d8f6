"""What people did with a request as a whole, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.models import PrivacyRequest
from jobs.views.status import CANCELLED, HELD, SUBMITTED, Status
from jobs.views.timeline import MOST, Event
from privacyportal.audit.models import AuditDetail, AuditEvent

Words = Mapping[str, tuple[Status, str, Any]]  # verb → status, icon instead of it, words
# On the page of one of its jobs.
OF_WHOLE: Words = {
    "request.retry": (
        SUBMITTED,
        "",
        gettext_lazy("Whole request: %(n)s errors retried by %(name)s"),
    ),
    "request.cancel": (
        CANCELLED,
        "",
        gettext_lazy("Whole request: %(n)s responses cancelled by %(name)s"),
    ),
    "request.release": (
        HELD,
        "",
        gettext_lazy("Whole request: %(n)s deletes released by %(name)s"),
    ),
}
ACTED: Words = {
    "request.retry": (SUBMITTED, "", gettext_lazy("%(n)s errors retried by %(name)s")),
    "request.cancel": (CANCELLED, "", gettext_lazy("%(n)s responses cancelled by %(name)s")),
    "request.release": (HELD, "", gettext_lazy("%(n)s deletes released by %(name)s")),
    "request.assign": (SUBMITTED, "user", ""),  # told by _assigned
    "note.add": (SUBMITTED, "message", gettext_lazy("Note written by %(name)s")),
    "note.delete": (SUBMITTED, "x", gettext_lazy("Note deleted by %(name)s")),
    "attachment.add": (SUBMITTED, "paperclip", gettext_lazy("File attached by %(name)s")),
    "attachment.delete": (SUBMITTED, "x", gettext_lazy("File deleted by %(name)s")),
    "attachment.download": (
        SUBMITTED,
        "download",
        gettext_lazy("Attachment downloaded by %(name)s"),
    ),
}


def request_timeline(asked: PrivacyRequest, words: Words = ACTED) -> list[Event]:
    """The last of the acts that there are words for."""
    acts = list(
        AuditEvent.objects.filter(
            organization_id=asked.organization_id,
            target_kind="request",
            target_id=str(asked.public_id),
            verb__in=list(words),
        ).order_by("-id")[:MOST]
    )
    details = AuditDetail.objects.in_bulk([act.pk for act in acts])
    return [_event(act, details.get(act.pk), words) for act in acts]


def _event(act: AuditEvent, found: AuditDetail | None, words: Words) -> Event:
    told = found.detail if found else {}
    name = told.get("actor") or _("somebody")
    status, picture, sentence = words[act.verb]
    if act.verb == "request.assign":
        return Event(act.at, status, _assigned(name, told), picture)
    filled = str(sentence) % {"name": name, "n": told.get("responses", "")}
    return Event(act.at, status, filled, picture)


def _assigned(name: str, told: Mapping[str, Any]) -> str:
    if told.get("name") == name:
        return _("Taken on by %(name)s") % {"name": name}
    if told.get("name"):
        return _("Assigned to %(to)s by %(name)s") % {"to": told["name"], "name": name}
    return _("Left to nobody by %(name)s") % {"name": name}
