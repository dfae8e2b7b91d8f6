"""The portal in a browser: under its Content-Security-Policy, on a phone, without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, ProductResponse
from tests.api.work import close
from tests.browser.portal import EMAIL, assert_fits, sign_in


def test_an_officer_finds_an_error_and_retries_it(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.get_by_role("link", name="In error", exact=True).click()
    expect(page).to_have_url(re.compile(r"status=error"))
    expect(page.get_by_role("link", name="Bo Ek")).to_have_count(0)

    page.get_by_role("link", name="Ann Berg").click()
    expect(page.get_by_role("heading", name="Access for Ann Berg")).to_be_visible()
    page.get_by_role("button", name="Retry 2 errors").press("Enter")
    dialog = page.get_by_role("dialog", name="Retry crm and WebShop?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep as it is").press("Enter")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Retry 2 errors").press("Enter")
    dialog.get_by_role("button", name="Retry 2 responses").press("Enter")

    expect(page.get_by_role("status").filter(has_text="2 responses are retried")).to_be_visible()
    assert set(job.responses.values_list("state", flat=True)) == {"due"}


def test_a_page_refreshes_itself_and_leaves_what_is_open(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    other = Job.objects.exclude(pk=job.pk).get()
    sign_in(page, live_server)
    page.get_by_role("link", name="Bo Ek").click()
    row = page.locator("details.fold", has_text="WebShop")
    row.locator("summary").first.click()
    expect(row).to_have_attribute("open", "")

    ProductResponse.objects.filter(job=other, product_code="crm").update(
        state="complete", outcome_code="6000-200", attempts=1
    )
    expect(page.get_by_text("1 of 2 products done")).to_be_visible()

    expect(row).to_have_attribute("open", "")
    close(other)
    expect(page.get_by_text("2 of 2 products done")).to_be_visible()
    assert page.locator("[hx-trigger='every 5s']").count() == 0


def test_one_identity_is_revealed_and_hidden_again(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.goto(f"{live_server.url}/jobs/{job.public_id}/")
    expect(page.get_by_text(EMAIL)).to_have_count(0)

    page.get_by_role("button", name="Reveal email").click()
    expect(page.get_by_text(EMAIL)).to_be_visible()
    assert EMAIL not in page.url

    page.get_by_role("link", name="Hide email").click()
    expect(page.get_by_text(EMAIL)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 390, 861, 1280])
def test_no_page_scrolls_sideways(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live_server)

    for path in (
        "/",
        "/?status=overdue",
        f"/jobs/{job.public_id}/",
        f"/jobs/{job.public_id}/retry/",
    ):
        page.goto(live_server.url + path)
        assert_fits(page)


def test_on_a_phone_the_rail_is_a_drawer(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page, live_server)
    rail = page.get_by_role("navigation", name="Main")
    expect(rail).to_be_hidden()

    page.get_by_role("button", name="Open menu").click()
    expect(rail).to_be_visible()
    rail.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_nothing_of_a_page_stays_in_the_browsers_storage(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.get_by_role("link", name="In error", exact=True).click()
    expect(page).to_have_url(re.compile(r"status=error"))
    page.go_back()
    expect(page.get_by_role("link", name="Bo Ek")).to_be_visible()

    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "Bo Ek" not in kept
    assert "<" not in kept


def test_everything_is_done_without_script(
    browser: Browser, live_server: LiveServer, job: Job
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)
    page.get_by_role("link", name="In error", exact=True).click()
    page.get_by_role("link", name="Ann Berg").click()
    page.get_by_role("button", name="Reveal email").click()
    expect(page.get_by_text(EMAIL)).to_be_visible()

    page.get_by_role("link", name="Retry 2 errors").click()
    expect(page.get_by_role("heading", name="Retry crm and WebShop?")).to_be_visible()
    page.get_by_role("button", name="Retry 2 responses").click()

    expect(page.get_by_text("2 responses are retried")).to_be_visible()
    assert set(job.responses.values_list("state", flat=True)) == {"due"}
    context.close()
