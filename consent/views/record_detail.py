"""The page of one choice: its identity's present state and history, its products, its receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from consent.models import ConsentRecord
from consent.services import receipts, records
from consent.services.records import SeenRecord
from consent.views.access import allow, find_record, reader
from consent.views.record_rows import of_choice, record_rows
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

SHOWN = 100  # choices of a history


@require_safe
def record_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = reader(request)
    record = find_record(member, public_id)
    return page(request, "consent/record_detail.html", _context(member, record))


def record_reveal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Shows one value, once, to whoever may see it; it is in no URL and not kept."""
    member = reader(request)
    record = find_record(member, public_id)
    allow(member, Permission.REVEAL)
    if request.method != "POST":
        return redirect("consent:record-detail", public_id)
    seen = records.reveal(record=record, by=member.user.actor)
    if request.headers.get("HX-Request") == "true":
        return page(request, "consent/_value.html", {"seen": seen})
    return page(request, "consent/record_detail.html", _context(member, record, seen))


@require_safe
def record_receipt(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The receipt holds the identity in clear, as it is the person's."""
    member = reader(request)
    record = find_record(member, public_id)
    allow(member, Permission.REVEAL)
    return StreamingHttpResponse(
        receipts.download(record=record, by=member.user.actor),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="receipt-{public_id}.zip"',
            "Cache-Control": "no-store, private",
        },
    )


def _context(
    member: Member, record: ConsentRecord, seen: SeenRecord | None = None
) -> dict[str, Any]:
    history = list(records.history(record)[: SHOWN + 1])
    rows = record_rows(history[:SHOWN], member)
    shown = next((row for row in rows if row.record.pk == record.pk), None)
    [row] = [shown] if shown else record_rows([record], member)
    return {
        "row": row,
        "seen": seen or row.seen,
        "present": of_choice(history[0]),
        "latest": history[0].pk == record.pk,
        "history": rows,
        "more": len(history) > SHOWN,
    }
