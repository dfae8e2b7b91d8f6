"""A newcomer's day: from an empty organization to a database connected by the pages alone, somebody
looked at before anything is sent, an access and a delete, a colleague and a program."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from privacyportal.organizations.models import Member, Organization
from tests.browser.test_set_up import called, first_mail, mails
from tests.flows.workers import workers
from tests.real.shops import DATA

__all__ = ["mails"]
LEONIE = "leonekohler@surfeu.de"  # a customer of the shop, with 1 + 7 + 38 rows


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Path:
    """The Chinook database, where products may be."""
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    return Path(shutil.copy(DATA, tmp_path / "chinook.sqlite"))


@pytest.fixture
def at_work(
    transactional_db: None, tmp_path: Path, settings: Any, shop: Path, mails: None
) -> Iterator[None]:
    settings.PACKAGE_DIR = tmp_path / "packages"
    settings.PORTAL_UNDO_SECONDS = 1
    settings.EMAIL_FILE_PATH = str(tmp_path / "mails")
    places = {"PRODUCT_FILE_DIRS": str(tmp_path), "PORTAL_UNDO_SECONDS": "1"}
    with workers(tmp_path, **places):
        yield


@pytest.fixture
def invitation(at_work: None) -> str:
    """All that the operator does: an organization, and its first member."""
    call_command("create_organization", "Chinook Records", time_zone="UTC", stdout=StringIO())
    organization = Organization.objects.get()
    told = StringIO()
    call_command(
        "create_member", organization.ims_org_id, "ann@example.org", role="owner", stdout=told
    )
    found = re.search(r"http\S+", told.getvalue())
    assert found
    return found[0]


def test_a_newcomers_day(
    page: Page,
    browser: Browser,
    live_server: LiveServer,
    invitation: str,
    shop: Path,
) -> None:
    join(page, invitation, "Ann Ek")
    connect(page, shop)
    preview(page)
    page.get_by_role("button", name="Add the product").click()
    expect(page.get_by_role("status").filter(has_text="is set up")).to_be_visible()

    ask(page, "access")
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    assert rows_of_leonie(shop) == 1
    ask(page, "delete")
    expect(page.locator("#job-status")).to_contain_text("Complete")
    assert rows_of_leonie(shop) == 0
    assert {job.records_found for job in Job.objects.all()} == {46}

    invite(page, browser, live_server)
    client_id, secret = program(page)
    listed = called(live_server.url, client_id, secret, Organization.objects.get().ims_org_id)
    assert listed["totalRecords"] == 2


def join(page: Page, invitation: str, name: str) -> None:
    page.goto(invitation)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("a long password of ours")
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()


def connect(page: Page, shop: Path) -> None:
    main(page).get_by_role("link", name="Connect a product").click()
    main(page).get_by_role("link", name="Database").click()
    page.get_by_label("Code", exact=True).fill("shop")
    page.get_by_label("Name optional").fill("Record shop")
    page.get_by_label("Connection URL").fill(f"sqlite:///{shop}")
    page.get_by_role("button", name="Look at the tables").click()
    expect(page.get_by_role("heading", name="Tables and columns")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#findings li").first).to_be_visible()


def preview(page: Page) -> None:
    """Exactly what an access would give and a delete would touch; nothing is changed."""
    page.get_by_label("Kind of identity").select_option("email")
    page.get_by_label("Identity", exact=True).fill(LEONIE)
    page.get_by_role("button", name="Preview").click()
    for table, rows in (("Customer", "1 row"), ("Invoice", "7 rows"), ("InvoiceLine", "38 rows")):
        shown = page.locator("#preview").get_by_role("group", name=table, exact=True)
        expect(shown).to_contain_text(rows)
        expect(shown).to_contain_text("a delete erases them")
    expect(page.locator("#preview")).to_contain_text(LEONIE)


def ask(page: Page, action: str) -> None:
    """A request for one person, from the form to the page of its job."""
    page.get_by_role("link", name="New request").first.click()
    page.locator("#id_regulation").select_option("gdpr")
    for value in ("access", "delete"):
        page.locator(f"[name=actions][value={value}]").set_checked(value == action)
    page.locator("[data-new] input[type=text]").fill(LEONIE)
    page.keyboard.press("Enter")
    page.locator(".one:not([data-new])").first.wait_for()
    expect(page.locator("#review")).to_contain_text("for 1 person")
    if action == "delete":
        confirm = page.locator("#id_confirm")
        confirm.fill(confirm.get_attribute("data-confirm") or "")
    page.wait_for_load_state("networkidle")
    page.locator("#go:not(.off)").click()
    page.wait_for_url("**/jobs/*/")


def invite(page: Page, browser: Browser, live_server: LiveServer) -> None:
    page.get_by_role("link", name="Members").click()
    page.get_by_role("link", name="Invite a colleague").click()
    page.get_by_label("E-mail").fill("eva@example.org")
    page.get_by_role("radio", name="Privacy officer").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader", name="eva@example.org")).to_be_visible()
    eva = browser.new_context().new_page()
    eva.goto(f"{live_server.url}/mail/")
    eva.get_by_role("link", name=first_mail(eva)).click()
    eva.goto(eva.locator("main .mail a").first.get_attribute("href") or "")
    eva.get_by_label("Name").fill("Eva Ek")
    eva.get_by_label("Password").fill("a long password of eva")
    eva.get_by_role("button", name="Accept the invitation").click()
    expect(eva.get_by_role("status").filter(has_text="You are a member of")).to_be_visible()
    assert Member.objects.get(user__email="eva@example.org").role == "officer"
    eva.context.close()


def program(page: Page) -> tuple[str, str]:
    page.get_by_role("link", name="Programs").click()
    page.get_by_role("link", name="Set up a program").first.click()
    page.get_by_label("Name").fill("web shop")
    page.get_by_role("checkbox", name="Read requests").check()
    page.get_by_role("button", name="Set up the program").click()
    secret = page.get_by_label("Client secret").input_value()
    return page.get_by_label("Client id").input_value(), secret


def rows_of_leonie(shop: Path) -> int:
    with sqlite3.connect(shop) as connection:
        found = connection.execute("SELECT count(*) FROM Customer WHERE Email = ?", [LEONIE])
        return int(found.fetchone()[0])


def main(page: Page) -> Locator:
    return page.locator("main")
