"""A file is dropped, mended, reviewed, submitted by real workers, and seen through to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, PrivacyRequest
from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import make_organization
from tests.browser.portal import PASSWORD, assert_fits, sign_in
from tests.flows.workers import workers

HEADING = "Customer,action,regulation,products,email\n"
DROP = """text => {
    const data = new DataTransfer();
    data.items.add(new File([text], "campaign.csv", {type: "text/csv"}));
    const main = document.querySelector("main");
    for (const kind of ["dragenter", "dragover"])
        main.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true}));
    const over = document.getElementById("drop").classList.contains("over");
    main.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
    return over;
}"""


@pytest.fixture
def organization(transactional_db: None) -> Organization:
    cache.clear()
    organization = make_organization("Uploads@PortalOrg", "crm")
    person = User.objects.create_user("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=person, role="officer")
    return organization


def people(count: int, wrong: str = "") -> str:
    rows = [f"C{n},delete,gdpr,crm,p{n}@example.org" for n in range(count)]
    return HEADING + "\n".join([*rows, *([wrong] if wrong else [])])


def test_a_wrong_file_is_mended_reviewed_and_submitted(
    page: Page,
    live_server: LiveServer,
    organization: Organization,
    tmp_path: Path,
    complaints: list[str],
) -> None:
    with workers(tmp_path):
        sign_in(page, live_server)
        page.get_by_role("link", name="Uploads").press("Enter")
        expect(page.get_by_role("heading", name="Upload requests")).to_be_visible()
        page.wait_for_load_state("load")
        with page.expect_navigation():
            assert page.evaluate(DROP, people(2400, "C9999,erase,gdpr,crm,last@example.org"))
        columns = page.locator("#columns")
        expect(columns).to_contain_text("2,401 lines after the heading · commas · UTF-8")
        expect(columns.get_by_label("Customer becomes")).to_have_value("key")
        page.get_by_role("button", name="Check again").press("Enter")

        problems = page.locator("#problems")
        expect(problems).to_contain_text("1 problem in campaign.csv")
        expect(problems.locator("tbody")).to_contain_text("“erase” is not an action.")
        for width in (320, 390, 861, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert_fits(page)
        file = tmp_path / "mended.csv"
        file.write_text(people(2400))
        with page.expect_navigation():
            page.set_input_files("#replace", file)
        expect(problems).to_have_count(0)
        page.get_by_role("link", name="Review and submit").press("Enter")
        go = page.get_by_role("button", name="Submit 2,400 jobs")
        go.press("Enter")
        expect(page.get_by_text("Type “delete 2400 people” to go on.")).to_be_visible()
        assert not PrivacyRequest.objects.exists()
        page.get_by_label("Type delete 2400 people").fill("delete 2400 people")
        go.press("Enter")
        page.get_by_role("button", name="Undo").press("Enter")
        expect(page.get_by_text("No request was made of it.")).to_be_visible()
        page.get_by_label("Type delete 2400 people").fill("delete 2400 people")
        go.press("Enter")

        row = page.locator("#uploads tbody tr")
        expect(row).to_contain_text("Submitted")
        expect(page.locator("#uploads")).not_to_have_attribute("hx-trigger", "every 2s")

    assert PrivacyRequest.objects.count() == 3
    assert Job.objects.count() == 2400
    row.get_by_role("link", name="Request 3").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage, location.href])")
    assert "@" not in kept


def test_without_script_files_are_chosen_and_sent(
    browser: Browser, live_server: LiveServer, organization: Organization, tmp_path: Path
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/uploads/")
    file = tmp_path / "people.csv"
    file.write_text(people(2))

    expect(page.locator("#files")).to_be_visible()
    page.set_input_files("#files", file)
    page.get_by_role("button", name="Upload").click()

    expect(page.locator("#uploads tbody")).to_contain_text("people.csv")
    page.get_by_role("button", name="Check again").click()
    page.get_by_role("link", name="Review and submit").click()
    expect(page.get_by_label("Type delete 2 people")).to_be_visible()
    page.context.close()
