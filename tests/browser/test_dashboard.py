"""The dashboard in a browser: keys, charts, selection, search; and all of it without script."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, ProductResponse
from privacyportal.organizations.models import User
from tests.api.bodies import document, identity, user
from tests.api.conftest import make_program
from tests.api.work import submit
from tests.browser.portal import EMAIL, assert_fits, sign_in


def test_keys_walk_select_filter_and_search(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)

    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Bo Ek")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".pick:checked")).to_have_count(1)
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Bo Ek")).to_be_focused()
    page.keyboard.press("f")
    expect(page.get_by_label("Status", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.type("n")
    expect(page).to_have_url(re.compile(r"/$"))
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New request")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_keys_are_still_for_who_wants_none(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    User.objects.update(shortcuts=False)
    sign_in(page, live_server)

    page.keyboard.press("n")
    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_point_of_a_chart_filters_the_list(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    plot = page.get_by_role("group", name=re.compile("Jobs per day"))
    expect(plot.locator(".slot[tabindex='0']")).to_have_count(1)
    today, yesterday = plot.locator(".slot").nth(29), plot.locator(".slot").nth(28)

    today.focus()
    page.keyboard.press("ArrowLeft")
    expect(yesterday).to_be_focused()
    expect(yesterday.locator(".read")).to_be_visible()
    page.keyboard.press("Enter")

    expect(page.get_by_text("No job matches these filters.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"first=.*&last="))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Bo Ek")).to_be_visible()
    page.get_by_role("link", name=re.compile("Submitted: .*remove filter")).click()
    expect(page).to_have_url(re.compile(r"regulation=$"))


def test_series_are_hidden_and_the_table_opens(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    expect(page.locator("#plot-days .sub-bar").first).to_be_visible()

    page.get_by_label("Submitted", exact=True).first.uncheck()
    expect(page.locator("#plot-days .sub-bar").first).to_be_hidden()
    page.locator("#days-table summary").click()

    expect(page.locator("#days-table tbody tr")).to_have_count(30)


def test_a_refresh_keeps_the_selection_and_the_focus(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    link = page.get_by_role("link", name="Bo Ek")
    line = page.locator("tbody tr", has_text="Bo Ek")
    line.get_by_role("checkbox").check()
    link.focus()
    other = Job.objects.exclude(pk=job.pk).get()

    ProductResponse.objects.filter(job=other, product_code="crm").update(
        state="complete", outcome_code="6000-200", attempts=1, modified_at=timezone.now()
    )
    expect(line.get_by_text("1/2")).to_be_visible()

    expect(line.get_by_role("checkbox")).to_be_checked()
    expect(link).to_be_focused()


def test_cancelling_several_asks_in_a_dialog(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Cancel…").click()
    dialog = page.get_by_role("dialog", name="Cancel what has not begun in 1 job?")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Keep as it is").click()
    expect(dialog).to_be_hidden()

    page.get_by_role("button", name="Cancel…").click()
    dialog.get_by_role("button", name="Cancel 2 responses").click()

    expect(
        page.get_by_role("status").filter(has_text="2 responses in 1 job cancelled")
    ).to_be_visible()


def test_search_as_one_types_leaves_no_trace(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    length = page.evaluate("history.length")
    box = page.get_by_label("Search all jobs by key, job, request or exact identity")

    box.press_sequentially(EMAIL)
    expect(page.get_by_role("link", name="Bo Ek")).to_have_count(0)
    expect(page.get_by_role("link", name="Ann Berg")).to_be_visible()
    expect(box).to_be_focused()
    box.fill("CUST-00448")
    expect(page.get_by_text("No job matches “CUST-00448”.")).to_be_visible()

    assert page.evaluate("history.length") == length
    assert EMAIL not in page.evaluate(
        "JSON.stringify([localStorage, sessionStorage, location.href])"
    )


def test_more_rows_come_while_one_scrolls(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    people = [user(f"p{n}", ids=[identity(value=f"p{n}@x.se")]) for n in range(130)]
    submit(make_program(job.organization), document(users=people))
    sign_in(page, live_server)
    expect(page.locator("#job-rows tr")).to_have_count(100)

    page.locator("#job-next").scroll_into_view_if_needed()

    expect(page.locator("#job-rows tr")).to_have_count(132)
    expect(page.get_by_role("link", name="Next 100 jobs")).to_have_count(0)
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("132 selected")).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 861, 1280])
def test_menus_open_within_the_page(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str], width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, live_server)

    for menu in page.locator("main summary").all():
        menu.click()
        assert_fits(page)
        box = menu.locator("xpath=following-sibling::div").bounding_box()
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= width)
        menu.click()


def test_all_of_it_without_script(browser: Browser, live_server: LiveServer, job: Job) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server)

    page.get_by_label("Search all jobs by key, job, request or exact identity").fill(EMAIL)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?person="))
    page.goto(live_server.url)
    for box in page.locator(".pick").all():
        box.check()
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("button", name="Cancel 2 responses").click()

    expect(page.get_by_text("2 responses in 1 job cancelled")).to_be_visible()
    context.close()


def test_a_slow_search_shows_bones_and_its_result_is_said(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route("**/jobs/search/", hold)
    sign_in(page, live_server)
    row = page.locator("#job-rows tr", has_text="Bo Ek")

    page.get_by_label("Search all jobs").fill("Ann Berg")
    expect(page.locator("#job-list")).to_have_attribute("aria-busy", "true")
    expect(row.get_by_role("link", name="Bo Ek")).to_be_hidden()
    expect(page.get_by_text("Looking…")).to_be_visible()
    waiting.pop().continue_()

    expect(page.locator("#said")).to_have_text("1 job")
    expect(row).to_have_count(0)
    expect(page.get_by_role("link", name="Ann Berg")).to_be_visible()
    expect(page.locator("[aria-busy]")).to_have_count(0)
