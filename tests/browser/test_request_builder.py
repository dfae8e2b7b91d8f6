"""A request is built by keyboard alone, counted by a real worker, submitted and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Attempt, Job, PrivacyRequest, SavedDraft
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, Organization, User
from tests.browser.portal import PASSWORD, assert_fits, sign_in
from tests.flows.workers import until, workers
from tests.processors.databases import Database, sqlite_database
from tests.processors.test_sql_deeds import PEOPLE, tables

PASTE = """text => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    );
}"""


@pytest.fixture
def shop(transactional_db: None, tmp_path: Path, settings: Any) -> Database:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    settings.PORTAL_UNDO_SECONDS = 8
    return sqlite_database(tmp_path, PEOPLE)


@pytest.fixture
def organization(shop: Database) -> Iterator[Organization]:
    cache.clear()
    organization = Organization.objects.create(ims_org_id="Builder@PortalOrg", name="Builder")
    person = User.objects.create_user("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=person, role="officer")
    products.add(
        organization=organization,
        by=SYSTEM,
        code="shop",
        display_name="Shop",
        processor="sql",
        document=shop.document(tables()),
    )
    return organization


@pytest.fixture(autouse=True)
def _left_in_peace(page: Page, organization: Organization) -> Iterator[None]:
    """A form that is left saves its draft: the database must still be there for that."""
    yield
    page.goto("about:blank")
    page.wait_for_timeout(500)


def test_three_people_by_keyboard_counted_submitted_and_taken_back(
    page: Page,
    live_server: LiveServer,
    organization: Organization,
    shop: Database,
    tmp_path: Path,
    complaints: list[str],
) -> None:
    with workers(tmp_path, PRODUCT_FILE_DIRS=str(tmp_path)) as log:
        sign_in(page, live_server)
        page.goto(f"{live_server.url}/requests/new/")
        keys = page.keyboard
        page.locator("#id_regulation").focus()
        keys.type("European")
        page.locator("[name=actions][value=delete]").focus()
        keys.press("Space")
        page.get_by_label("First person").focus()
        type_people(page)
        review = page.locator("#review")
        expect(review).to_contain_text("for 3 people")
        expect(page.locator("#id_people")).to_have_value(
            "Email: anna@example.org, Phone: 070 111 11 11\n\n"
            "Email: bo@example.org\n\nEmail: cy@example.org"
        )

        page.get_by_label("Type delete 3 people").focus()
        dry_run = page.locator("#dry-run")
        expect(dry_run).to_contain_text("without changing anything")
        rows = dry_run.locator("tbody tr").all_inner_texts()
        assert [row.split() for row in rows] == [
            ["Shop"], ["people", "3", "–", "–"], ["orders", "4", "–", "–"],
        ]  # fmt: skip
        assert shop.run("SELECT count(*) FROM people") == [(3,)]
        go = page.get_by_role("button", name="Submit 6 jobs")
        expect(go).to_have_class(re.compile(r"\boff\b"))
        keys.type("Delete 3 people")
        expect(go).not_to_have_class(re.compile(r"\boff\b"))
        keys.press("Control+Enter")
        undo = page.get_by_role("button", name="Undo")
        expect(undo).to_be_visible()
        assert Job.objects.count() == 6
        undo.press("Enter")

        expect(page.get_by_text("The request is taken back.")).to_be_visible()
        expect(page.locator(".one")).to_have_count(4)
        assert not PrivacyRequest.objects.exists()
        assert shop.run("SELECT count(*) FROM people") == [(3,)]
        expect(page.get_by_role("button", name="Submit 6 jobs")).to_be_visible()
        page.get_by_label("Type delete 3 people").fill("delete 3 people")
        keys.press("Control+Enter")
        expect(undo).to_be_visible()
        expect(undo).to_have_count(0)
        until(lambda: not Job.objects.filter(closed_at=None).exists(), log)

    assert shop.run("SELECT count(*) FROM people") == [(0,)]
    over = PrivacyRequest.objects.get().created_at + timedelta(seconds=8)
    started = Attempt.objects.order_by("started_at").values_list("started_at", flat=True)[0]
    assert timedelta(0) <= started - over < timedelta(seconds=30)
    assert not SavedDraft.objects.exists()


def type_people(page: Page) -> None:
    """Anna, mistyped at first, with a phone; then Bo and Cy."""
    keys = page.keyboard
    keys.type("ana@example.org")
    keys.press("Enter")
    expect(page.get_by_label("Another identity of person 1")).to_be_focused()
    keys.press("Backspace")
    expect(page.get_by_label("First person")).to_have_value("ana@example.org")
    keys.type("anna@example.org")
    keys.press("Enter")
    expect(page.get_by_label("Another identity of person 1")).to_be_focused()
    keys.press("Shift+Tab")
    keys.type("Phone")
    keys.press("Tab")
    keys.type("070 111 11 11")
    keys.press("Enter")
    expect(page.locator(".chip")).to_have_count(2)
    for number, name in ((2, "bo"), (3, "cy")):
        keys.press("Enter")
        expect(page.get_by_label("Next person")).to_be_focused()
        keys.type(f"{name}@example.org")
        keys.press("Enter")
        expect(page.get_by_label(f"Another identity of person {number}")).to_be_focused()


def test_three_hundred_are_pasted_one_is_mended_and_a_draft_is_kept(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    people = [f"p{number}@example.org" for number in range(298)]
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("First person").focus()
    page.evaluate(PASTE, "\r\n".join([*people, "lars@example,se", people[0]]))

    told = page.locator("#people").get_by_role("status").filter(has_text="lines read")
    expect(told).to_have_text("300 lines read: 298 people, 1 duplicate merged, 1 to mend.")
    expect(page.locator(".chip")).to_have_count(201)
    expect(page.locator(".chip.bad")).to_contain_text("lars@example,se")
    expect(page.get_by_label("Another person of the list")).to_be_focused()
    page.get_by_role("button", name="lars@example.se", exact=True).click()
    expect(told).to_have_text("300 lines read: 299 people, 1 duplicate merged.")
    page.get_by_role("button", name="Show 100 more").click()
    expect(page.locator(".chip")).to_have_count(300)
    page.get_by_role("button", name="Remove p7@example.org").click()
    expect(told).to_have_text("299 lines read: 298 people, 1 duplicate merged.")
    page.locator("[data-entry='1']").fill("late@example.org")
    page.get_by_label("Reference of yours").focus()
    expect(told).to_have_text("300 lines read: 299 people, 1 duplicate merged.")
    expect(page.get_by_label("Reference of yours")).to_be_focused()
    assert_fits(page)

    expect(page.locator("#draft")).to_contain_text("Draft saved")
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_role("link", name="Continue the draft").click()
    expect(told).to_have_text("300 lines read: 299 people, 1 duplicate merged.")
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_role("button", name="Discard…").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard the draft").click()
    expect(page.get_by_text("Nothing of it is kept.")).to_be_visible()
    assert not SavedDraft.objects.exists()
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])")
    assert "@" not in kept


def test_what_is_typed_while_the_server_answers_is_not_lost(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("First person").focus()

    for value in ("a@example.org", "b@example.org", "c@example.org", "d@exam"):
        page.keyboard.type(value)
        if value != "d@exam":
            page.keyboard.press("Enter")
            page.keyboard.press("Enter")

    expect(page.locator(".chip")).to_have_count(3)
    expect(page.locator(":focus")).to_have_value("d@exam")
    page.locator("#go").click()
    expect(page.locator("#problems")).to_contain_text("“d@exam” is not an e-mail address.")


def test_the_words_that_confirm_are_kept_while_the_review_is_drawn_again(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    held: list[Route] = []
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.locator("#id_regulation").select_option("gdpr")
    page.locator("[name=actions][value=delete]").check()
    page.get_by_label("First person").fill("a@example.org")
    page.keyboard.press("Enter")
    confirm = page.get_by_label("Type delete 1 person")
    expect(confirm).to_be_visible()

    page.route("**/requests/new/", lambda route: held.append(route), times=1)
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("#id_channel").select_option("phone")
    confirm.fill("delete 1 person")
    with page.expect_response("**/requests/new/"):
        held[0].continue_()
    page.wait_for_load_state("networkidle")

    expect(confirm).to_have_value("delete 1 person")
    expect(page.locator("#go")).not_to_have_class(re.compile(r"\boff\b"))


def test_the_builder_fits(
    page: Page, live_server: LiveServer, organization: Organization, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/new/")
    page.get_by_label("First person").fill("a-rather-long-address@subdomain.of.an.example.org")
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(1)
    page.locator("[name=actions][value=delete]").check()
    expect(page.locator("#id_confirm")).to_be_visible()

    for width in (320, 390, 861, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert_fits(page)
