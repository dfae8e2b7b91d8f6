"""A day of an officer, against real workers: signed in with a second factor, a request filed and
watched, its package opened, an opt-out recorded, a person found, the language switched."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from consent.models import ConsentState
from jobs.models import Job
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, Organization, User
from tests.browser.portal import PASSWORD
from tests.flows.workers import workers
from tests.processors.databases import sqlite_database
from tests.processors.test_sql_deeds import PEOPLE, tables

ANNA = "anna@example.org"


@pytest.fixture
def secret(transactional_db: None, tmp_path: Path, settings: Any) -> str:
    """Of the code app of an officer whose organization has a shop."""
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    settings.PACKAGE_DIR = tmp_path / "packages"
    settings.PORTAL_UNDO_SECONDS = 1
    organization = Organization.objects.create(ims_org_id="Day@PortalOrg", name="Day")
    user = User.objects.create_user("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=user, role="officer")
    products.add(
        organization=organization,
        by=SYSTEM,
        code="shop",
        display_name="Shop",
        processor="sql",
        document=sqlite_database(tmp_path, PEOPLE).document(tables()),
    )
    made: str = generate_totp_secret()
    TOTP.activate(user, made)
    return made


def test_a_day(
    page: Page, live_server: LiveServer, secret: str, tmp_path: Path, complaints: list[str]
) -> None:
    keys = page.keyboard
    with workers(tmp_path, PRODUCT_FILE_DIRS=str(tmp_path)):
        page.goto(live_server.url)
        expect(page.get_by_label("E-mail")).to_be_focused()
        keys.type("officer@example.org")
        page.get_by_label("Password").focus()
        keys.type(PASSWORD)
        keys.press("Enter")
        page.locator("[name=code]").focus()
        keys.type(code_of(secret))
        keys.press("Enter")
        expect(page.get_by_role("heading", name=re.compile("Welcome"))).to_be_visible()

        page.wait_for_load_state("networkidle")
        keys.press("n")
        expect(page.get_by_role("heading", name="New request")).to_be_visible()
        page.locator("#id_regulation").focus()
        keys.type("European")
        page.get_by_label("First person").focus()
        keys.type(f"{ANNA}\n")
        expect(page.locator("#review")).to_contain_text("for 1 person")
        keys.press("Control+Enter")

        expect(page.get_by_role("heading", name=re.compile("^Access for"))).to_be_visible()
        expect(page.get_by_text("1 of 1 product done")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download", exact=True).press("Enter")
        with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as package:
            assert any(ANNA.encode() in package.read(name) for name in package.namelist())

        keys.press("g")
        keys.press("c")
        expect(page.get_by_role("heading", name="Consent", exact=True)).to_be_visible()
        page.get_by_role("link", name="Record an opt-out").first.press("Enter")
        page.get_by_label("Who?").focus()
        keys.type(ANNA)
        page.get_by_role("button", name="Record the opt-out").press("Enter")
        expect(page.get_by_text("1 identity opted out.")).to_be_visible()
        assert ConsentState.objects.get().opted_out

        keys.press("/")
        keys.type(ANNA)
        keys.press("Enter")
        expect(page.get_by_role("heading", name="Search")).to_be_visible()
        assert ANNA not in page.url
        expect(page.locator("main ul.plain a").first).to_be_visible()

        page.get_by_role("button", name="Svenska").press("Enter")
        expect(page.locator("html")).to_have_attribute("lang", "sv")
        expect(page.get_by_role("link", name="Översikt")).to_be_visible()
    assert Job.objects.filter(action="access", state="complete").count() == 1


def code_of(secret: str) -> str:
    """What the app shows now."""
    counter = next(yield_hotp_counters_from_time())
    return f"{hotp_value(secret, counter):06}"
