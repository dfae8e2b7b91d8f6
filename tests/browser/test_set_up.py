"""An administrator sets people and programs up, by keyboard alone: a colleague is invited and signs
in; a program gets its secret and calls the API with it."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from privacyportal.mailbox.reading import FILES
from privacyportal.organizations.models import Member, Organization, User
from tests.api.bodies import ORGANIZATION
from tests.api.conftest import make_organization
from tests.browser.portal import PASSWORD, assert_fits, reach


@pytest.fixture
def organization(transactional_db: None) -> Organization:
    made = make_organization(ORGANIZATION, "crm")
    person = User.objects.create_user("boss@example.org", PASSWORD, name="Berit Boss")
    Member.objects.create(organization=made, user=person, role="administrator")
    return made


@pytest.fixture
def mails(settings: Any, tmp_path: Path, live_server: LiveServer) -> None:
    """Kept in a folder, with links to this server."""
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    settings.PORTAL_URL = live_server.url


def enter(page: Page, server: LiveServer, email: str, password: str) -> None:
    page.goto(f"{server.url}/accounts/login/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("Dashboard|Welcome"))).to_be_visible()


def follow(page: Page, role: Any, name: str) -> None:
    reach(page, role, name)
    page.keyboard.press("Enter")


def test_a_colleague_is_invited_accepts_and_signs_in(
    page: Page,
    browser: Browser,
    live_server: LiveServer,
    organization: Organization,
    mails: None,
    complaints: list[str],
) -> None:
    enter(page, live_server, "boss@example.org", PASSWORD)
    follow(page, "link", "Members")
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    follow(page, "link", "Invite a colleague")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("eva@example.org")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Privacy officer")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="eva@example.org is invited")).to_be_visible()
    expect(page.get_by_role("rowheader", name="eva@example.org")).to_be_visible()

    eva = browser.new_context().new_page()
    eva.goto(f"{live_server.url}/mail/")
    follow(eva, "link", first_mail(eva))
    link = eva.locator("main .mail a").first
    expect(link).to_have_attribute("href", re.compile(f"^{live_server.url}/invitations/"))
    link.focus()
    eva.keyboard.press("Enter")
    expect(eva.get_by_label("Name")).to_be_focused()
    eva.keyboard.type("Eva Ek")
    eva.keyboard.press("Tab")
    eva.keyboard.type("short")
    eva.keyboard.press("Enter")
    expect(eva.get_by_text("This password is too short")).to_be_visible()
    eva.get_by_label("Password").focus()
    eva.keyboard.type("a long password of eva")
    eva.keyboard.press("Enter")
    expect(eva.get_by_role("status").filter(has_text="You are a member of")).to_be_visible()
    follow(eva, "button", "Sign out")
    expect(eva.get_by_role("heading", name="Sign in")).to_be_visible()

    enter(eva, live_server, "eva@example.org", "a long password of eva")
    expect(eva.get_by_text("Eva Ek").first).to_be_visible()
    assert Member.objects.get(user__email="eva@example.org").role == "officer"
    eva.context.close()


def first_mail(page: Page) -> str:
    """The words of the link to it."""
    return page.locator("main .plain a").first.inner_text().replace("\n", " ")


def test_a_program_is_set_up_and_calls_the_api(
    page: Page,
    live_server: LiveServer,
    organization: Organization,
    complaints: list[str],
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter(page, live_server, "boss@example.org", PASSWORD)
    follow(page, "link", "Programs")
    follow(page, "link", "Set up a program")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("web shop")
    for name in ("Read requests", "Submit requests"):
        box = page.get_by_role("checkbox", name=name)
        while not box.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")

    secret = page.get_by_label("Client secret")
    expect(secret).to_be_focused()
    follow(page, "button", "Copy Client secret")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert_fits(page)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == secret.input_value()
    answer = called(live_server.url, page.get_by_label("Client id").input_value(), copied)
    assert answer["totalRecords"] == 0

    page.reload()
    expect(page.get_by_label("Client secret")).to_have_count(0)
    expect(page.get_by_text("In use")).to_be_visible()


def called(url: str, client_id: str, secret: str, organization_id: str = ORGANIZATION) -> Any:
    """A token, and the list of jobs with it."""
    form = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
    token = read(urllib.request.Request(
        f"{url}/ims/token/v3", urllib.parse.urlencode(form).encode()
    ))["access_token"]  # fmt: skip
    headers = {
        "Authorization": f"Bearer {token}", "x-api-key": client_id,
        "x-gw-ims-org-id": organization_id,
    }  # fmt: skip
    jobs = f"{url}/data/core/privacy/jobs?regulation=gdpr"
    return read(urllib.request.Request(jobs, headers=headers))


def read(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())
