"""The audit log, for those who may read it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from privacyportal.audit import reading, words
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission


@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    member = _reader(request)
    wanted = reading.read(request.GET.dict())
    found = reading.acts(member.organization, wanted, member.zone)
    context = {
        "wanted": wanted,
        "acts": [(act, reading.told(act.detail)) for act in found.acts],
        "next": wanted.having(before=found.before) if found.before else None,
        "short": found.short,
        "groups": words.GROUPS.items(),
        "actors": reading.actors(member.organization),
        "narrowed": wanted.having() != reading.AuditFilter(),
    }
    return page(request, "audit/audit_list.html", context, fragment="audit/_acts.html")


@require_safe
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """What the filter finds, as CSV."""
    member = _reader(request)
    wanted = reading.read(request.GET.dict())
    pieces = reading.export(member.organization, wanted, member.zone, member.user.actor)
    answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _reader(request: HttpRequest) -> Member:
    member: Member | None = request.member  # type: ignore[attr-defined]
    if not member or not member.may(Permission.AUDIT_READ):
        raise PermissionDenied
    return member
