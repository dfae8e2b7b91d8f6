"""The list of requests, newest first, a bounded page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from jobs.models import PrivacyRequest
from jobs.rules.regulations import Regulation, lookup
from jobs.services import requests
from jobs.services.overview import today
from jobs.services.requests import Tally
from jobs.views.bars import Bar, bars
from jobs.views.due import NEVER, DueWords, until
from jobs.views.given import given_id
from jobs.views.status import COMPLETE, ERROR, PROCESSING, SUBMITTED, Status
from jobs.views.visible import member_of, visible_requests
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

PAGE = 100
SHOWS: Mapping[str, Any] = {
    "": _("All requests"),
    "open": _("Open"),
    "assigned": _("Assigned to me"),
    "mine": _("Submitted by me"),
}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request as the list shows it."""

    request: PrivacyRequest
    law: Regulation | None
    status: Status
    tally: Tally
    bars: list[Bar]
    due: DueWords


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    show, after = request.GET.get("show", ""), given_id(request.GET.get("after", ""))
    context = _listing(member, show if show in SHOWS else "", after)
    return page(request, "jobs/request_list.html", context, fragment="jobs/_request_list.html")


def _listing(member: Member, show: str, after: UUID | None) -> dict[str, Any]:
    last = visible_requests(member).filter(public_id=after).first() if after else None
    found = _select(member, show, last)
    shown = found[:PAGE]
    return {
        "rows": _rows(shown, member),
        "show": show,
        "any": bool(shown or show or last),
        "after": last is not None,
        "next": _query(show, shown[-1]) if len(found) > PAGE else "",
        "pills": [(name, label, _query(name)) for name, label in _shows(member)],
    }


def _select(member: Member, show: str, last: PrivacyRequest | None) -> list[PrivacyRequest]:
    visible, many = visible_requests(member), PAGE + 1
    match show:
        case "open" if member.may(Permission.PRIVACY_READ):
            return requests.newest_open(visible, member.organization, last, many)
        case "open":
            return requests.newest(requests.own_open(visible), last, many)
        case "assigned":
            return requests.newest(visible.filter(assignee=member), last, many)
        case "mine":
            mine = visible.filter(submitted_by_id=member.user.actor.id)
            return requests.newest(mine, last, many)
        case _:
            return requests.newest(visible, last, many)


def _shows(member: Member) -> list[tuple[str, Any]]:
    """Who sees only what one submitted, or is given nothing, does not choose that."""
    useless = set()
    if not member.may(Permission.PRIVACY_READ) or not member.may(Permission.PRIVACY_WRITE):
        useless.add("mine")
    if not member.may(Permission.ACT):
        useless.add("assigned")
    return [(name, label) for name, label in SHOWS.items() if name not in useless]


def _query(show: str, last: PrivacyRequest | None = None) -> str:
    named = {"show": show, "after": str(last.public_id) if last else ""}
    given = urlencode({name: value for name, value in named.items() if value})
    return f"?{given}" if given else "?"


def _rows(found: list[PrivacyRequest], member: Member) -> list[RequestRow]:
    tallies, day = requests.tallies(found), today(member.organization)
    return [
        RequestRow(
            request=one,
            law=lookup(one.regulation),
            status=of_tally(tally := tallies[one.pk]),
            tally=tally,
            bars=bars({"ok": tally.complete, "err": tally.error, "off": tally.open}),
            due=until(tally.due_on, day) if tally.due_on else NEVER,
        )
        for one in found
    ]


def of_tally(tally: Tally) -> Status:
    """The status of a request, from that of its jobs."""
    if tally.open:
        return PROCESSING if tally.open < tally.jobs else SUBMITTED
    if tally.error:
        return ERROR
    return COMPLETE if tally.jobs else SUBMITTED
