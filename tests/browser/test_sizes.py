"""Every page of an officer with nothing to show and with very much, on a desk and on a phone:
nothing is cut, nothing lies on something else, and lists end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from privacyportal.organizations.models import Member, Organization, User
from tests.browser.crowded import PEOPLE, crowd
from tests.browser.portal import PASSWORD, sign_in

WIDTHS = (1440, 390, 320)
NAME = "Nordiska Trygghetsförsäkringar och Pensionsförvaltning Aktiebolag (publ)"
FORMS = ("/search/", "/consent/new/", "/uploads/columns/", "/preferences/", "/accounts/2fa/")
# A page with nothing to show, what it says of that, and the one act that brings something.
EMPTY = {
    "/": ("No jobs yet.", "New request"),
    "/requests/": ("No requests yet", "New request"),
    "/people/": ("Nobody yet", "New request"),
    "/consent/": ("Nobody has chosen yet.", "Record an opt-out"),
    "/uploads/": ("Files that you upload stand here", ""),
    "/requests/new/": ("Your organization has no products yet.", ""),
    "/requests/?show=assigned": ("No request is assigned to you.", "Show all"),
    "/consent/?choice=out": ("No record matches.", "Clear the filters"),
}
LISTS = {
    "/": 100,
    "/?status=error": 100,
    "/requests/": 100,
    "/people/": 100,
    "/consent/": 50,
}  # rows
# What a designer would see at once. Boxes that scroll, and what is meant for the ear, are left out.
FLAWS = """() => {
  const flaws = [];
  const over = document.scrollingElement.scrollWidth - innerWidth;
  if (over > 0) flaws.push(`scrolls sideways by ${over} px`);
  const heads = document.querySelectorAll("h1").length;
  if (heads !== 1) flaws.push(`${heads} h1`);

  const all = (selector) => [...document.querySelectorAll(selector)];
  const said = (one) => `${one.tagName.toLowerCase()} "${one.textContent.trim().slice(0, 40)}"`;
  const wide = (one) => one.scrollWidth > one.clientWidth + 1;
  const shown = all("main :is(a, button, input, select, textarea, summary)").filter((one) =>
    one.checkVisibility({ visibilityProperty: true }) && !one.closest("svg, .visually-hidden")
    && getComputedStyle(one).display !== "inline");

  for (const one of shown.filter((one) => one.matches(".btn, .pill, .seg > a")))
    if (wide(one) || one.scrollHeight > one.clientHeight + 2) flaws.push(`cut: ${said(one)}`);
  for (const one of all("main .clip"))
    if (wide(one) && !one.title && !one.querySelector("[title]"))
      flaws.push(`cut without a title: ${said(one)}`);
  for (const one of all("main :is(h1, h2, dd, td, th, p, li)")) {
    const { display, overflowX } = getComputedStyle(one);
    if (wide(one) && display !== "inline" && overflowX === "visible"
      && one.checkVisibility() && !one.closest(".scroll, .visually-hidden"))
      flaws.push(`flows over: ${said(one)}`);
  }
  for (const table of all("main table")) {
    const more = table.offsetWidth - table.parentElement.clientWidth;
    if (more > 0 && !table.closest(".scroll")) flaws.push(`a table is ${more} px too wide`);
  }

  const boxes = shown.filter((one) => !one.closest(".bulk, .sheet, .menu > div"))
    .map((one) => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height).sort(([, a], [, b]) => a.top - b.top);
  boxes.forEach(([one, a], at) => {
    for (const [other, b] of boxes.slice(at + 1)) {
      if (b.top > a.bottom - 2) break;
      if (a.left < b.right - 2 && b.left < a.right - 2 && !one.contains(other)
        && !other.contains(one)) flaws.push(`on each other: ${said(one)}, ${said(other)}`);
    }
  });
  return [...new Set(flaws)].slice(0, 6);
}"""


@pytest.fixture
def officer(transactional_db: None) -> Member:
    organization = Organization.objects.create(
        ims_org_id="Sizes@PortalOrg", name=NAME, time_zone="Europe/Stockholm"
    )
    user = User.objects.create_user(
        "officer@example.org", PASSWORD, name="Olof-Alexander von Officershausen-Lindqvist"
    )
    return Member.objects.create(organization=organization, user=user, role="officer")


def flaws(page: Page) -> dict[int, list[str]]:
    """By the width at which they are seen."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if seen := page.evaluate(FLAWS):
            found[width] = seen
    return found


def test_with_nothing(
    page: Page, live_server: LiveServer, officer: Member, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    found: dict[str, object] = {}
    for path, (sentence, act) in EMPTY.items():
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        page.goto(live_server.url + path)
        main = page.locator("main")
        assert sentence in main.inner_text(), path
        if act:
            assert main.locator("a:visible", has_text=act).count() == 1, path
        found[path] = flaws(page)
    for path in FORMS:
        page.goto(live_server.url + path)
        found[path] = flaws(page)

    assert {path: what for path, what in found.items() if what} == {}


def test_with_very_much(
    page: Page, live_server: LiveServer, officer: Member, complaints: list[str]
) -> None:
    full = crowd(officer.organization, officer)
    sign_in(page, live_server)
    found: dict[str, object] = {}
    for path in (*LISTS, *full.values(), *FORMS, "/uploads/", "/?status=held", "/requests/new/"):
        page.goto(live_server.url + path)
        if path in LISTS:
            assert page.locator("tbody[role] > tr").count() == LISTS[path], path
        found[path] = flaws(page)
    for name in (PEOPLE[0], "shared.mailbox@family-of-wallenstrom-christophersen.example.org"):
        page.goto(f"{live_server.url}/search/")
        page.locator("#sq").fill(name)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        found[f"search for {name}"] = flaws(page)

    assert {path: what for path, what in found.items() if what} == {}
