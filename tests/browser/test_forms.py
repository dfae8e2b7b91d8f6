"""The form of requests, signing in with a second factor, and the admin, in a real browser."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import make_organization
from tests.browser.portal import PASSWORD, assert_fits, sign_in

PEOPLE = "ann@example.com\nlars.holm@example,se\nann@example.com"


@pytest.fixture
def organization(transactional_db: None) -> Organization:
    cache.clear()
    organization = make_organization("Forms@PortalOrg", "crm", "WebShop")
    person = User.objects.create_superuser("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=person, role="officer")
    return organization


def code_of(secret: str) -> str:
    [_before, now, _after] = auth.yield_hotp_counters_from_time()
    return auth.format_hotp_value(auth.hotp_value(secret, now))


def test_an_officer_is_told_what_a_request_will_do_while_typing_it(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("Which law?").select_option("apa_aus")
    expect(page.locator("#law-note")).to_contain_text("30 days from receipt")
    expect(page.locator("#law-note .note")).to_have_count(0)

    page.get_by_label("Delete").check()
    expect(page.locator("#law-note .note")).to_contain_text("does not grant the action delete")
    page.get_by_role("button", name="Edit as text").click()
    page.locator("#id_people").fill(PEOPLE)
    review = page.locator("#review")
    expect(review).to_contain_text("3 lines read: 1 person, 1 duplicate merged, 1 to mend.")

    page.get_by_role("button", name="Submit 2 jobs").click()
    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_contain_text("Line 2:")
    page.get_by_role("button", name="lars.holm@example.se", exact=True).click()
    expect(review).to_contain_text("for 2 people")
    page.get_by_label("Type delete 2 people").fill("delete 2 people")
    page.get_by_role("button", name="Submit 4 jobs").click()

    expect(page.locator("#toasts")).to_contain_text("4 jobs submitted as request")
    assert Job.objects.count() == 4


def test_enter_sends_the_form_and_mends_nothing(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("Which law?").select_option("gdpr")
    page.get_by_role("button", name="Edit as text").click()
    page.locator("#id_people").fill(PEOPLE)
    page.get_by_label("Reference of yours").press("Enter")
    page.get_by_label("Reference of yours").press("Enter")

    expect(page.locator("#id_people")).to_have_value(PEOPLE)
    assert not Job.objects.exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_form_fits_a_phone_and_needs_no_script(
    browser: Browser, live_server: LiveServer, organization: Organization, theme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    page = context.new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("Which law?").select_option("gdpr")
    page.get_by_label("Delete").check()
    page.get_by_label("Who?").fill("ann@example.com")
    page.locator("#go").click()
    page.get_by_label("Type delete 1 person").fill("Delete 1 person")
    page.locator("#go").click()

    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    assert {job.action for job in Job.objects.all()} == {"access", "delete"}
    context.close()


def test_the_second_factor_is_set_up_and_then_asked_for(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/accounts/2fa/")
    page.get_by_role("link", name="Turn on…").click()
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    secret = page.locator("#secret").inner_text().strip()
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Type the code that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill("officer@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Confirm with your code")).to_be_visible()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def test_the_admin_works_under_the_content_security_policy(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    person = User.objects.create_user("new@example.org")
    sign_in(page, live_server)
    page.get_by_role("link", name="Administration").click()
    for name in ("jobs/job", "jobs/productresponse", "organizations/user", "keys/datakey"):
        page.goto(f"{live_server.url}/admin/{name}/")
        expect(page.locator("#changelist")).to_be_visible()
    page.goto(f"{live_server.url}/admin/organizations/member/add/")
    for index, chosen in enumerate((str(person), str(organization))):
        page.locator(".select2-selection").nth(index).click()
        page.locator(".select2-results li", has_text=chosen).click()
    page.locator("#id_role").select_option("auditor")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    assert Member.objects.filter(user=person, role="auditor").count() == 1


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/nothing/"])
def test_pages_for_everybody_fit_the_narrowest_phone(
    page: Page, live_server: LiveServer, transactional_db: None, path: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{live_server.url}{path}")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_fits(page)
    assert re.search(r"Privacy portal$", page.title())
