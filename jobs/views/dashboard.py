"""The dashboard: what needs a person, the numbers that matter, two charts, and the list of jobs.
The law is the whole page's; the address says it, and a bare one means the law looked at last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from jobs.models import Product
from jobs.rules.regulations import Regulation, lookup
from jobs.services import daily, manual_tasks, overview, reports
from jobs.services.job_filter import RANGES, JobFilter, read
from jobs.services.saved_drafts import unfinished
from jobs.services.scope import Scope
from jobs.views.figures import figures, needs
from jobs.views.job_list import listing
from jobs.views.report_charts import days_chart, days_table, due_chart, due_table, span
from jobs.views.visible import member_of, visible_jobs
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services.members import keep_view

IN_PAGE, ALONE = 0.04, 5.0  # seconds for days that nobody counted yet
LAWS_SHOWN = 3  # the others are in a menu
KEPT = ("regulation", "range")


@dataclass(frozen=True, slots=True)
class LawChoice:
    """One place of the switch; `query` is the page under that law."""

    law: Regulation
    label: str
    open: int
    query: str
    chosen: bool


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    if not request.member:  # type: ignore[attr-defined]
        return page(request, "jobs/no_organization.html", {})
    member = member_of(request)
    if not request.GET and (query := _as_before(member)):
        return redirect(reverse("jobs:job-list") + query)
    wanted = read(request.GET.dict())
    if request.headers.get("HX-Request") == "true":
        return page(request, "jobs/_job_list.html", listing(member, wanted))
    if request.GET.keys() <= set(KEPT):
        _remember(member, wanted)
    scope = scope_of(member, wanted)
    if not visible_jobs(member).exists():
        return page(request, "jobs/welcome.html", _first_steps(member))
    context = _overview(member, scope, wanted, IN_PAGE) | listing(member, wanted)
    return page(request, "jobs/job_list.html", context)


@require_safe
def overview_detail(request: HttpRequest) -> HttpResponse:
    """All above the list, alone: it is looked at again from time to time, and has time to count."""
    member = member_of(request)
    wanted = read(request.GET.dict())
    context = _overview(member, scope_of(member, wanted), wanted, ALONE)
    return page(request, "jobs/_overview.html", context)


def scope_of(member: Member, wanted: JobFilter) -> Scope:
    sees_all = member.may(Permission.PRIVACY_READ)
    own = "" if sees_all else member.user.actor.id
    return Scope(member.organization, own, wanted.regulation)


def _overview(member: Member, scope: Scope, wanted: JobFilter, seconds: float) -> dict[str, Any]:
    organization, acts = member.organization, member.may(Permission.ACT)
    first, last = span(wanted, overview.today(organization))
    opened, failed = reports.open_jobs(scope), reports.errors(scope)
    days = daily.days(scope, first, last, seconds=seconds)
    return {
        "wanted": wanted,
        "laws": _laws(member, opened, wanted),
        "standstills": [] if scope.own else overview.standstills(organization),
        "disk_is_full": overview.disk_is_full(),
        "needs": needs(
            wanted,
            acts,
            _held(member, wanted),
            opened,
            failed,
            tasks=manual_tasks.waiting_for(member),
            drafts=len(unfinished(member)),
        ),
        "figures": figures(
            wanted, opened, _new_today(scope, days), failed, reports.median_to_complete(scope)
        ),
        "first": first,
        "last": last,
        "ranges": [(int(length), wanted.having(range=length)) for length in RANGES],
        "whole": days.whole,
        "days_chart": days_chart(days, wanted),
        "days_table": days_table(days),
        "due_chart": due_chart(opened, wanted),
        "due_table": due_table(opened),
    }


def _held(member: Member, wanted: JobFilter) -> overview.Count:
    held = overview.held(visible_jobs(member), member.organization)
    if wanted.regulation:
        held = held.filter(regulation=wanted.regulation)
    return overview.count(held)


def _new_today(scope: Scope, counted: daily.Days) -> int:
    today = overview.today(scope.organization)
    if counted.days and counted.days[-1].on == today:
        return counted.days[-1].counts.submitted
    return daily.days(scope, today, today, seconds=0).total.submitted


def _laws(member: Member, opened: reports.Open, wanted: JobFilter) -> dict[str, Any]:
    """The switch: laws that jobs are under, those with most open ones first, the chosen one always
    in sight."""
    known = [law for code in overview.regulations(member.organization) if (law := lookup(code))]
    known.sort(key=lambda law: (-opened.laws.get(law.code, 0), str(law)))
    chosen = [law for law in known if law.code == wanted.regulation]
    shown = known[:LAWS_SHOWN]
    if chosen and chosen[0] not in shown:
        shown[-1:] = chosen
    return {
        "all": JobFilter(range=wanted.range).query,
        "shown": [_law(law, known, opened, wanted) for law in shown],
        "more": [_law(law, known, opened, wanted) for law in known if law not in shown],
    }


def _law(
    law: Regulation, known: Sequence[Regulation], opened: reports.Open, wanted: JobFilter
) -> LawChoice:
    """Called by its place where that names one law, and is short."""
    alone = sum(other.place == law.place for other in known) == 1
    return LawChoice(
        law=law,
        label=law.place if alone and law.code != "gdpr" else law.label,
        open=opened.laws.get(law.code, 0),
        query=JobFilter(regulation=law.code, range=wanted.range).query,
        chosen=law.code == wanted.regulation,
    )


def _as_before(member: Member) -> str:
    """The query of the page as this person looked at it last; "" where that is the plain one."""
    kept = {name: member.view[name] for name in KEPT if member.view.get(name)}
    return read(kept).query if kept else ""


def _remember(member: Member, wanted: JobFilter) -> None:
    kept: Mapping[str, str] = {name: getattr(wanted, name) for name in KEPT}
    keep_view(member=member, **kept)


def _first_steps(member: Member) -> dict[str, Any]:
    products = Product.objects.for_organization(member.organization)
    return {"products": list(products.order_by("code")[:5])}
