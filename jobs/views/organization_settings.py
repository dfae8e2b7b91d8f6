"""The settings of an organization: what it is, and its clocks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs.rules import regulations
from jobs.rules.regulations import Unit
from jobs.rules.states import Action
from jobs.services import organization_clocks
from jobs.services.organization_clocks import Clocks, ClocksInvalid, clocks_of
from jobs.settings_forms import OrganizationForm, read_clocks, shown_clocks
from jobs.views.product_access import manager
from privacyportal.htmx import page
from privacyportal.organizations.services import settings


@require_http_methods(["GET", "HEAD", "POST"])
def organization_settings(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    organization = member.organization
    form = OrganizationForm(request.POST or None, instance=organization)
    if request.method == "POST" and form.is_valid():
        settings.change(organization=organization, by=member.user.actor, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("jobs:organization-settings")
    context = {"form": form, "tab": "general"}
    return page(request, "organizations/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def organization_clocks_page(request: HttpRequest) -> HttpResponse:
    member = manager(request)
    organization = member.organization
    clocks = clocks_of(organization)
    problems: dict[str, list[str]] = {}
    if request.method == "POST":
        given, calendar = read_clocks(request.POST)
        clocks = Clocks(organization.time_zone, given, calendar)
        try:
            organization_clocks.change(
                organization=organization, by=member.user.actor, given=given, calendar=calendar
            )
        except ClocksInvalid as error:
            for problem in error.problems:
                problems.setdefault(problem.path.partition(".")[0], []).append(problem.message)
        else:
            messages.success(request, _("Saved. Requests that are there keep their dates."))
            return redirect("jobs:organization-clocks")
    context = _clocks_context(clocks, problems) | {"tab": "clocks"}
    return page(request, "organizations/settings_clocks.html", context)


def _clocks_context(clocks: Clocks, problems: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "rows": [
            (row, problems.get(f"[{index}]", [])) for index, row in enumerate(shown_clocks(clocks))
        ],
        "problems": problems,
        "laws": [(law.code, str(law)) for law in regulations.REGULATIONS],
        "actions": Action.choices,
        "units": [
            (Unit.DAYS, _("days")),
            (Unit.BUSINESS_DAYS, _("business days")),
            (Unit.MONTHS, _("months")),
        ],
        "workdays": [
            (day, name, day in clocks.calendar.workdays) for day, name in WEEKDAYS.items()
        ],
        "holidays": clocks.calendar.holidays,
        "places": [code for code, _name in organization_clocks.places()],
    }
