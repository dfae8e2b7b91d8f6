"""The operator's pages in a real browser: under the content security policy, on a desk and on a
phone, for everybody; and a job retried from them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, ProductResponse
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import User
from tests.browser.portal import LOOKS, hindrances, sign_in
from tests.daily import daily


@pytest.fixture
def operator(job: Job) -> User:
    User.objects.update(is_staff=True, is_superuser=True)
    return User.objects.get()


def pages(job: Job) -> list[str]:
    return [
        "/admin/",
        "/admin/system/",
        "/admin/find-person/",
        "/admin/jobs/job/",
        "/admin/jobs/job/?q=nothing",
        f"/admin/jobs/job/{job.pk}/change/",
        f"/admin/organizations/organization/{job.organization_id}/change/",
        "/admin/organizations/user/add/",
        "/admin/audit/auditevent/",
    ]


@pytest.mark.parametrize("look", daily(LOOKS, "phone, dark"))
def test_nothing_hinders_the_operator(
    page: Page, live_server: LiveServer, job: Job, operator: User, look: str
) -> None:
    width, theme = LOOKS[look]
    page.set_viewport_size({"width": width, "height": 900})
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    found = {}
    sign_in(page, live_server)

    for path in pages(job):
        page.goto(live_server.url + path)
        found[path] = hindrances(page)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[f"{path}, sideways"] = [f"{over} px"] if over > 0 else []

    assert {path: what for path, what in found.items() if what} == {}


def test_the_operator_follows_a_letter_to_a_job_and_retries_it(
    page: Page, live_server: LiveServer, job: Job, operator: User, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/admin/find-person/")
    page.get_by_label("Key or identity").fill("Ann Berg")
    page.get_by_role("button", name="Find", exact=True).click()
    page.locator("table tbody th a").click()
    page.locator(".leads").get_by_role("link", name="Jobs").click()
    page.locator("#result_list tbody th a").click()
    page.get_by_role("button", name="Retry what is in error …").click()
    expect(page.get_by_role("heading", name="Retry 1 job?")).to_be_visible()
    page.get_by_role("button", name="Retry 1 job").click()

    expect(page.locator(".messagelist")).to_contain_text("1 job is retried.")
    assert not ProductResponse.objects.filter(job=job, state="error").exists()
    assert AuditEvent.objects.get(verb="job.retry").actor_id == str(operator.public_id)
