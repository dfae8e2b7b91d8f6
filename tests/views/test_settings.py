"""The settings of an organization, and the clocks that it sets for requests from then on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from jobs.models import ClockRules, Job
from jobs.rules.clocks import Calendar, add_business_days
from jobs.services.organization_clocks import clocks_of
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.bodies import document
from tests.api.conftest import Program
from tests.api.looking import shown
from tests.api.work import submit
from tests.sessions import signed_in


def general(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Nord AB", "time_zone": "Europe/Stockholm", "opt_out_regulation": "ccpa",
        "languages": ["en", "sv"], "language": "", "package_days": "", **changes,
    }  # fmt: skip


def clocks(**changes: Any) -> dict[str, Any]:
    return {
        "regulation": ["gdpr", ""], "action": ["access", "access"], "amount": ["10", ""],
        "unit": ["days", "days"], "reason": ["board decision 7", ""],
        "workday": ["0", "1", "2", "3", "4"], "holidays": "SE", **changes,
    }  # fmt: skip


def test_what_the_organization_is(organization: Organization, administrator: Client) -> None:
    wanted = general(package_days="10")

    assert administrator.post("/settings/", wanted).status_code == 302

    organization.refresh_from_db()
    assert (organization.name, organization.keeps_packages) == ("Nord AB", timedelta(days=10))
    event = AuditEvent.objects.get(verb="organization.change")
    assert AuditDetail.objects.get(pk=event.pk).detail["name"]["after"] == "Nord AB"
    administrator.post("/settings/", wanted)
    assert AuditEvent.objects.filter(verb="organization.change").count() == 1


def test_every_problem_is_told(organization: Organization, administrator: Client) -> None:
    wrong = general(name="", time_zone="Mars/Base", package_days="0", languages=[])

    form = administrator.post("/settings/", wrong).context["form"]

    assert set(form.errors) == {"name", "time_zone", "package_days", "languages"}


def test_a_window_of_ones_own_holds_for_what_comes_after(
    organization: Organization, administrator: Client, program: Program
) -> None:
    [before] = submit(program, document(regulation="gdpr"))
    usual = before.due_on

    answer = administrator.post("/settings/clocks/", clocks())

    assert answer.status_code == 302
    [after] = submit(program, document(regulation="gdpr"))
    received_on = after.request.received_at.astimezone(ZoneInfo("Europe/Stockholm")).date()
    assert after.due_on == received_on + timedelta(days=10)
    before.refresh_from_db()
    assert before.due_on == usual
    told = shown(program, after)["dueDateExplanation"]
    assert "10 days from receipt, board decision 7" in told
    assert "set by your organization; the law says: 1 month" in told
    assert "your organization" not in shown(program, before)["dueDateExplanation"]
    assert AuditEvent.objects.filter(verb="organization.clocks").count() == 1
    page = administrator.get("/settings/clocks/").content.decode()
    assert "board decision 7" in page


def test_problems_of_clocks_stand_at_their_lines(administrator: Client) -> None:
    wrong = clocks(
        regulation=["gdpr", "gdpr"], amount=["0", "400"], reason=["", "twice"],
        unit=["weeks", "days"], workday=[], holidays="XX",
    )  # fmt: skip

    problems = administrator.post("/settings/clocks/", wrong).context["problems"]

    assert len(problems["[0]"]) == 3
    assert len(problems["[1]"]) == 2
    assert problems["workdays"]
    assert problems["holidays"]
    assert not ClockRules.objects.exists()


def test_an_emptied_line_goes(organization: Organization, administrator: Client) -> None:
    administrator.post("/settings/clocks/", clocks())
    empty = clocks(regulation=["", ""], amount=["", ""], reason=["", ""])
    administrator.post("/settings/clocks/", empty)

    assert clocks_of(organization).given == []
    assert clocks_of(organization).calendar == Calendar(frozenset(range(5)), "SE")


def test_working_days_and_holidays_count(organization: Organization) -> None:
    thursday = date(2026, 12, 24)
    assert add_business_days(thursday, 1, "SE") == date(2026, 12, 28)
    week = frozenset(range(7))
    assert add_business_days(thursday, 1, "", week) == date(2026, 12, 25)


def test_who_may(organization: Organization, program: Program) -> None:
    officer = signed_in(organization, "officer")

    for path in ("/settings/", "/settings/clocks/"):
        assert officer.get(path).status_code == 403
        assert officer.post(path, {}).status_code == 403
    assert not Job.objects.exists()
