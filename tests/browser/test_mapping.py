"""A product's tables are mapped in a browser: by keyboard, by dragging, on a phone; and what each
choice would do is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Product
from privacyportal.organizations.models import Member, User
from tests.api.conftest import make_organization
from tests.browser.portal import PASSWORD, assert_fits, hindrances, reach, sign_in
from tests.processors.databases import Database, sqlite_database
from tests.processors.test_sql_deeds import PEOPLE


@pytest.fixture
def shop(transactional_db: None, tmp_path: Path, settings: Any) -> Database:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    made = make_organization("Mapped@PortalOrg")
    person = User.objects.create_user("boss@example.org", PASSWORD, name="Berit Boss")
    Member.objects.create(organization=made, user=person, role="administrator")
    return sqlite_database(tmp_path, PEOPLE)


def look(page: Page, server: LiveServer, shop: Database) -> Locator:
    """The table of people, as it is proposed."""
    sign_in(page, server, "boss@example.org")
    page.goto(f"{server.url}/products/new/sql/")
    page.get_by_label("Code").fill("books")
    page.get_by_label("Connection URL").fill(shop.document({})["url"])
    page.get_by_role("button", name="Look at the tables").press("Enter")
    table = page.get_by_role("group", name="people", exact=True)
    expect(table).to_be_visible()
    page.wait_for_load_state("networkidle")
    return table


def cells(table: Locator, column: str) -> Locator:
    """What becomes of a column on access, and on a delete."""
    return table.get_by_role("row", name=column).locator(".live")


def test_what_is_chosen_by_keyboard_is_told_and_saved(
    page: Page, live_server: LiveServer, shop: Database, complaints: list[str]
) -> None:
    table = look(page, live_server, shop)
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if "effects" in r.url else None)
    expect(cells(table, "name")).to_have_text(["Given out", "Goes with the row"])

    do = table.get_by_label("on delete")
    do.focus()
    page.keyboard.press("ArrowDown")
    expect(table).to_contain_text("columns of the person's rows and leaves the rest")
    reach(page, "combobox", "What people.name holds")
    page.keyboard.type("Never")

    expect(cells(table, "name")).to_have_text(["Never given out", "Stays"])
    expect(page.locator("#said")).to_contain_text(
        "name: on access never given out, on delete stays."
    )
    expect(table.get_by_role("combobox", name="What people.name holds")).to_be_focused()
    assert not [body for body in sent if "s-url" in body or "orders" in body]
    page.get_by_role("button", name="Add the product").press("Enter")
    expect(page.get_by_role("heading", name="books")).to_be_visible()
    saved = Product.objects.get().current_settings
    assert saved is not None
    assert "name" not in saved.mapping["tables"]["people"]["give"]
    assert saved.mapping["tables"]["people"]["delete"]["do"] == "anonymize"


def test_a_column_is_dragged_to_what_it_holds(
    page: Page, live_server: LiveServer, shop: Database, complaints: list[str]
) -> None:
    table = look(page, live_server, shop)
    lanes, label = table.locator(".lanes li"), table.get_by_label("What people.name holds")
    before = int(lanes.nth(2).locator("b").inner_text())

    table.get_by_role("rowheader", name="name").drag_to(lanes.nth(2))
    expect(label).to_have_value("secret")
    expect(cells(table, "name").first).to_have_text("Never given out")
    expect(lanes.nth(2)).to_have_text(f"{before + 1} Never given out")

    # Nothing says which identity a name would be: that is asked for.
    table.get_by_role("rowheader", name="name").drag_to(lanes.nth(0))
    expect(page.locator("#said")).to_have_text("Choose which identity name holds.")
    expect(label).to_be_focused()
    expect(label).to_have_value("secret")
    page.keyboard.press("Escape")

    email = table.get_by_label("What people.email holds")
    table.get_by_role("rowheader", name="email").drag_to(lanes.nth(3))
    expect(email).to_have_value("")
    expect(table).to_contain_text("Nobody is found here")
    table.get_by_role("rowheader", name="email").drag_to(lanes.nth(0))
    expect(email).to_have_value("email")
    expect(table).not_to_contain_text("Nobody is found here")


def test_a_mapping_fits_on_a_phone_and_needs_no_dragging_there(
    page: Page, live_server: LiveServer, shop: Database, complaints: list[str]
) -> None:
    table = look(page, live_server, shop)

    for width in (320, 390, 861, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert_fits(page)
        assert hindrances(page) == []
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.get_by_text("or drag it")).to_be_hidden()
    table.get_by_label("What people.name holds").select_option("secret")
    expect(cells(table, "name").first).to_have_text("Never given out")
    table.get_by_label("on delete").select_option("keep")
    expect(table).to_contain_text("Say why it is kept.")
    table.get_by_label("Why people is kept").press_sequentially("seven years")
    expect(table).to_contain_text("A delete leaves the rows: seven years.")
