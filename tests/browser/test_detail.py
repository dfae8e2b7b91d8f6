"""Pages of requests, jobs and people in a browser: nothing moves while work goes on, notes and
files are kept, a package is read as tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, PrivacyRequest
from privacyportal.organizations.models import Member, User
from tests.api.bodies import ORGANIZATION
from tests.api.conftest import make_organization
from tests.api.work import close, give
from tests.browser.portal import PASSWORD, assert_fits, sign_in
from tests.services.crowd import crowd


def hurry(page: Page) -> None:
    """Pages ask again each second instead of each five: they wait long enough as they are."""

    def sooner(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        if "text/html" in answer.headers.get("content-type", "") and answer.status == 200:
            route.fulfill(response=answer, body=answer.text().replace("every 5s", "every 1s"))
        else:
            route.fulfill(response=answer)

    page.route(re.compile("/(jobs|requests)/[0-9a-f]"), sooner)


# From when the page stands, with its fonts: what moved since then, and where to.
WATCH = """async () => {
  await document.fonts.ready;
  await new Promise((ready) => setTimeout(ready, 100));
  const begun = performance.now();
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries().filter(({startTime}) => startTime > begun)) {
      const what = entry.sources.map(({node, previousRect, currentRect}) =>
        `${node?.nodeName} ${node?.id || node?.textContent?.slice(0, 30)}: ` +
        `${previousRect.x},${previousRect.y} to ${currentRect.x},${currentRect.y}`);
      window.moved.push(`${entry.value} at ${Math.round(entry.startTime)} ms: ${what.join("; ")}`);
    }
  }).observe({type: "layout-shift", buffered: true});
}"""


@pytest.fixture
def asked(transactional_db: None) -> PrivacyRequest:
    """Three people who ask for access and delete at two products, and an officer."""
    organization = make_organization(ORGANIZATION, "crm", "WebShop")
    person = User.objects.create_user("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=person, role="officer")
    return crowd(organization, 3, "crm", "WebShop")


def end(job: Job, product: str, **values: Any) -> None:
    good = {"state": "complete", "outcome_code": "6000-200"}
    job.responses.filter(product_code=product).update(attempts=1, tries=1, **good | values)


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_a_job_is_worked_at(
    page: Page,
    live_server: LiveServer,
    asked: PrivacyRequest,
    complaints: list[str],
    settings: Any,
    tmp_path: Path,
    width: int,
) -> None:
    settings.PACKAGE_DIR = tmp_path
    job = asked.jobs.filter(action="access").earliest("pk")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server)
    hurry(page)
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)

    end(job, "crm")
    give(job, "crm", {"people.json": b"[]", "orders.json": b"[]"}, tmp_path)
    Job.objects.filter(pk=job.pk).update(state="processing")
    expect(page.get_by_text("1 of 2 products done")).to_be_visible()
    bad = {"state": "error", "outcome_code": "1010-400", "outcome_detail": "sql.permission"}
    end(job, "WebShop", **bad, outcome_params={"name": "people"})
    expect(page.get_by_text("WebShop ended in error.")).to_be_visible()
    close(job)
    expect(page.get_by_text("The job is over.")).to_be_visible()

    page.wait_for_timeout(300)
    assert page.evaluate("window.moved") == []
    assert page.locator("[data-poll]").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_moves_while_a_request_is_worked_at(
    page: Page, live_server: LiveServer, asked: PrivacyRequest, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, live_server)
    hurry(page)
    page.goto(f"{live_server.url}/requests/{asked.public_id}/")
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH)

    first, *rest = asked.jobs.all()
    close(first)
    expect(page.get_by_text("1 of 6 jobs ended")).to_be_visible()
    close(rest[0], code="1021-400")
    expect(page.get_by_role("button", name="Retry 2 errors")).to_be_visible()
    for job in rest:
        close(job)
    expect(page.get_by_text("6 of 6 jobs ended")).to_be_visible()

    page.wait_for_timeout(300)
    assert page.evaluate("window.moved") == []
    assert page.locator("[data-poll]").count() == 0


def test_a_note_and_a_file_are_kept_and_a_note_deleted(
    page: Page, live_server: LiveServer, asked: PrivacyRequest, complaints: list[str]
) -> None:
    job = asked.jobs.earliest("pk")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    page.get_by_text("Notes and attachments").click()
    page.get_by_label("Note", exact=True).fill("Her son called.")
    page.get_by_role("button", name="Add note").click()
    page.get_by_text("Notes and attachments").click()
    expect(page.get_by_text("Her son called.")).to_be_visible()

    page.get_by_role("link", name=asked.request_id).click()
    letter = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"}
    page.get_by_label("File", exact=True).set_input_files(letter)
    page.get_by_role("button", name="Attach").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="letter.txt").click()
    assert download.value.path().read_bytes() == b"Dear all"

    page.get_by_role("button", name="Delete the note").click()
    dialog = page.get_by_role("dialog", name="Delete your note?")
    dialog.get_by_role("button", name="Delete the note").click()
    expect(page.get_by_role("status").filter(has_text="The note was deleted.")).to_be_visible()
    expect(page.get_by_text("Her son called.")).to_have_count(0)
    page.get_by_role("button", name="Assign to me").click()
    expect(page.get_by_text("Taken on by Olof Officer")).to_be_visible()


def test_a_file_of_an_incomplete_package_is_read_as_a_table(
    page: Page,
    live_server: LiveServer,
    asked: PrivacyRequest,
    complaints: list[str],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.PACKAGE_DIR = tmp_path
    job = asked.jobs.filter(action="access").earliest("pk")
    give(job, "crm", {"people.json": b'[{"name": "Ann <b>", "born": "1970-01-01"}]'}, tmp_path)
    close(job, code="1021-400")
    end(job, "crm")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    expect(page.get_by_role("heading", name="Incomplete package")).to_be_visible()
    expect(page.get_by_text("1 product gave no data: WebShop.")).to_be_visible()

    page.get_by_role("link", name="people.json").click()

    expect(page.get_by_text("This file is of an incomplete package.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="born")).to_be_visible()
    expect(page.get_by_role("cell", name="Ann <b>")).to_be_visible()


def test_a_person_is_found_and_revealed(
    page: Page, live_server: LiveServer, asked: PrivacyRequest, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.get_by_role("navigation", name="Main").get_by_role("link", name="People").click()
    page.get_by_label("Find by key or identity").fill("P1@example.com")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("heading", name="p1", exact=True)).to_be_visible()
    assert "p1" not in page.url

    page.get_by_role("button", name="Reveal email").click()
    expect(page.get_by_text("p1@example.com")).to_be_visible()
    page.get_by_role("link", name="Hide email").click()
    expect(page.get_by_text("p1@example.com")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 861, 1280])
def test_no_page_scrolls_sideways(
    page: Page, live_server: LiveServer, asked: PrivacyRequest, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live_server)
    job = asked.jobs.earliest("pk")

    for path in (
        "/requests/",
        f"/requests/{asked.public_id}/",
        f"/requests/{asked.public_id}/cancel/",
        f"/jobs/{job.public_id}/",
        "/people/",
        f"/people/{job.data_subject.public_id}/",
    ):
        page.goto(live_server.url + path)
        for fold in page.locator("main details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        assert_fits(page)


def test_paper_has_what_folds_hide_and_no_tools(
    page: Page, live_server: LiveServer, asked: PrivacyRequest, complaints: list[str]
) -> None:
    job = asked.jobs.earliest("pk")
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_text("Nothing was tried yet.").first).to_be_visible()
    expect(page.get_by_role("link", name="Export CSV")).to_be_hidden()


def test_all_of_it_works_without_script(
    browser: Browser, live_server: LiveServer, asked: PrivacyRequest
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/requests/{asked.public_id}/")
    page.get_by_text("Notes and attachments").click()
    page.get_by_label("Note", exact=True).fill("Her son called.")
    page.get_by_role("button", name="Add note").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete the note").click()
    expect(page.get_by_text("The note was deleted.")).to_be_visible()

    page.get_by_role("link", name="Cancel what has not begun…").click()
    page.get_by_role("button", name="Cancel 12 responses").click()
    expect(page.get_by_text("12 responses cancelled", exact=True)).to_be_visible()
    context.close()
