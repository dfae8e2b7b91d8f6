"""Choices: what they come to, how they come, and each of them, a bounded page at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from consent.services import records, reports
from consent.services.record_export import export
from consent.views import record_filter
from consent.views.access import reader
from consent.views.channel_chart import channel_charts
from consent.views.record_rows import record_rows
from jobs.models.requests import Channel
from jobs.services.overview import today
from privacyportal.htmx import page
from privacyportal.organizations.models import Member

PAGE = 50


@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    member = reader(request)
    partial = request.headers.get("HX-Request") == "true"
    context = _listing(member, request) | ({} if partial else _reports(member))
    return page(request, "consent/record_list.html", context, fragment="consent/_records.html")


@require_safe
def records_export(request: HttpRequest) -> HttpResponseBase:
    """The whole list that the address says."""
    member = reader(request)
    wanted = record_filter.read(request.GET.dict()).having()
    pieces = export(
        found=wanted.select(member.organization),
        told=wanted.given,
        organization=member.organization,
        by=member.user.actor,
        zone=member.zone,
    )
    name = f"consent-{timezone.localdate(timezone=member.zone):%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        pieces,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )


@require_POST
def record_search(request: HttpRequest) -> HttpResponse:
    """Finds the page of an identity by its exact value, which stands in no URL."""
    member = reader(request)
    text = request.POST.get("q", "").strip()
    found = records.search(member.organization, text) if text else None
    if found is None:
        context = _listing(member, request) | _reports(member) | {"missed": bool(text)}
        return page(request, "consent/record_list.html", context)
    return redirect("consent:record-detail", found.public_id)


def _listing(member: Member, request: HttpRequest) -> dict[str, Any]:
    wanted = record_filter.read(request.GET.dict())
    found = list(wanted.select(member.organization)[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return {
        "rows": record_rows(found[:PAGE], member),
        "wanted": wanted,
        "next": wanted.having(after=str(last.public_id)) if last else None,
        "newest": wanted.having(),
        "only_out": wanted.having(choice="out"),
        "only_in": wanted.having(choice="in"),
        "any_choice": wanted.having(choice=""),
        "any_channel": wanted.having(channel=""),
        "channels": [(wanted.having(channel=c.value), c) for c in Channel],
    }


def _reports(member: Member) -> dict[str, Any]:
    day = today(member.organization)
    channels = reports.by_channel(member.organization, day)
    return {
        "figures": reports.figures(member.organization, day),
        "charts": channel_charts(channels, reports.first_day_of_weeks(day)),
    }
