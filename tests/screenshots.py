"""`make screenshots`: a portal with the demo organization, and a picture of each of its pages in
docs/screenshots: light, dark, and as on a phone."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from jobs.demo.people import people
from privacyportal.local import ports, processes
from tests.browser.chromium import chromium

OUT = Path(__file__).parent.parent / "docs" / "screenshots"
START_SECONDS = 300
WAIT_SECONDS = 120  # for what workers have to do first
LOOKS = {
    "light": ((1440, 900), "light"),
    "dark": ((1440, 900), "dark"),
    "phone": ((390, 844), "light"),
}
TALLEST = 1500  # pixels of a page that a picture shows
QUIET_SECONDS = 5  # in which no open job ends: the demo's history is fulfilled

Way = Callable[[Page, str], None]


def at(path: str) -> Way:
    return lambda page, base: _open(page, base + path)


def first(path: str, link: str) -> Way:
    """The page behind the first link of a list."""

    def go(page: Page, base: str) -> None:
        _open(page, base + path)
        page.locator(link).first.click()
        page.wait_for_load_state("networkidle")

    return go


def second(path: str, link: str, inner: str) -> Way:
    """The page behind the first link `inner` of the page behind the first link of a list."""

    def go(page: Page, base: str) -> None:
        first(path, link)(page, base)
        page.locator(inner).first.click()
        page.wait_for_load_state("networkidle")

    return go


def found(page: Page, base: str) -> None:
    """Hits of the global search."""
    _open(page, f"{base}/people/")
    key = page.locator(ROWS).first.inner_text()
    with page.expect_navigation():
        page.evaluate("text => { const q = document.querySelector('#q'); q.value = text;"
                      " q.form.requestSubmit(); }", key)  # fmt: skip
    page.wait_for_load_state("networkidle")


def built(page: Page, base: str) -> None:
    """A request for three people before it is submitted, with what its products would delete."""
    _open(page, f"{base}/requests/new/")
    page.locator("#id_regulation").select_option("gdpr")
    page.locator("[name=actions][value=delete]").check()
    for number in range(3):
        page.locator("[data-new] input[type=text]").fill(people()[500 + number].email)
        page.keyboard.press("Enter")
        page.locator(".one:not([data-new])").nth(number).wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("#count").click()
    for _again in range(2):  # the review is drawn once more after what was typed last
        page.locator("#dry-run:not([aria-busy]) tbody tr").first.wait_for()
        page.wait_for_timeout(2000)
    page.wait_for_load_state("networkidle")


def uploaded(heading: str, *rows: str) -> Way:
    """The page of a file with these rows."""

    def go(page: Page, base: str) -> None:
        _open(page, f"{base}/uploads/")
        text = "\n".join((heading, *rows))
        file = {"name": "campaign.csv", "mimeType": "text/csv", "buffer": text.encode()}
        with page.expect_navigation():
            page.locator("#files").set_input_files([file])
        page.wait_for_load_state("networkidle")

    return go


def reviewed(page: Page, base: str) -> None:
    people = (f"C-{n},access delete,gdpr,crm,person{n}@example.org" for n in range(40))
    uploaded("key,action,regulation,products,email", *people)(page, base)
    page.get_by_role("link", name="Review and submit").first.click()
    page.wait_for_load_state("networkidle")


def mapped(page: Page, base: str) -> None:
    """The tables of a product, looked at, with one person's rows before a delete."""
    first("/products/", ROWS)(page, base)
    for step in ('.tabs a[href$="settings/"]', "button[name=look]"):
        with page.expect_navigation():
            page.locator(step).first.click()
    page.locator("#value").fill(people()[500].email)
    with page.expect_navigation():
        page.locator("button[name=preview]").click()
    page.wait_for_load_state("networkidle")


def in_swedish(page: Page, base: str) -> None:
    _open(page, f"{base}/")
    _speak(page, "sv")


def in_english(page: Page, base: str) -> None:
    _speak(page, "en")


def _speak(page: Page, language: str) -> None:
    with page.expect_navigation():
        page.evaluate(f"document.querySelector('[name=language][value={language}]').click()")
    page.wait_for_load_state("networkidle")


ROWS = "table.rows tbody th a"
WRONG = (
    "Customer no,action,regulation,products,E-mail",
    "C-1,access,gdpr,crm,anna.berg@example.org",
    "C-2,erase,gdpr,crm,bo.lind@example.org",
    "C-3,delete,gdpr,warehouse,cy@example.org",
    "C-4,delete,gdpr,crm,not an address",
)
ARCHIVE = {
    "code": "paper",
    "display_name": "Paper archive",
    "s-access_instructions": "Look in the cabinet of room 12, under the customer number.\n\n"
    "Copy every letter. Leave out what names somebody else.",
    "s-delete_instructions": "Shred every letter. Invoices of the last seven years stay.",
}
PAGES: dict[str, Way] = {
    "dashboard": at("/"),
    "search": found,
    "requests": at("/requests/"),
    "request": first("/requests/", ROWS),
    "request-new": at("/requests/new/"),
    "request-review": built,
    "job": first("/?status=complete&action=access&regulation=lgpd_bra", ROWS),
    "job-held": first("/?status=held", ROWS),
    "package-preview": second(
        "/?status=complete&action=access&regulation=lgpd_bra", ROWS, "#package tbody a"
    ),
    "tasks": at("/tasks/?show=all"),
    "task": first("/tasks/?show=all", ROWS),
    "uploads": uploaded(*WRONG),
    "upload-review": reviewed,
    "people": at("/people/"),
    "person": first("/people/", ROWS),
    "consent": at("/consent/"),
    "consent-record": first("/consent/", ROWS),
    "consent-new": at("/consent/new/"),
    "preferences": at("/preferences/"),
    "two-factor": at("/accounts/2fa/"),
    "api": at("/docs/api/"),
    "not-found": at("/nothing/"),
    "dashboard-swedish": in_swedish,
    "back-in-english": in_english,
}
OF_ADMINISTRATORS: dict[str, Way] = {
    "products": at("/products/"),
    "product": first("/products/", ROWS),
    "product-new": at("/products/new/"),
    "product-mapping": mapped,
    "product-versions": second("/products/", ROWS, '.tabs a[href$="versions/"]'),
    "members": at("/members/"),
    "programs": at("/programs/"),
    "webhooks": at("/webhooks/"),
    "audit": at("/audit/"),
    "settings": at("/settings/"),
    "settings-clocks": at("/settings/clocks/"),
    "settings-mail": at("/settings/mail/"),
    "settings-appearance": at("/settings/branding/"),
    "admin": at("/admin/"),
    "admin-jobs": at("/admin/jobs/job/"),
    "admin-system": at("/admin/system/"),
}
UNSEEN = {"back-in-english"}  # a way back, and no page


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or [*PAGES, *OF_ADMINISTRATORS, "sign-in"]
    with (
        tempfile.TemporaryDirectory(prefix="privacyportal-pictures-") as folder,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with portal(Path(folder)) as demo:
            wait_for_history(browser, demo)
            if {"tasks", "task"} & {*wanted}:
                give_tasks(browser, demo)
            for look in LOOKS:
                picture_all(browser, demo, look, wanted)
        browser.close()


@contextmanager
def portal(folder: Path) -> Iterator[dict[str, Any]]:
    """A portal that runs as `make run` runs it; the facts of its demo."""
    state, port = folder / "state", ports.next_free(8500, ports.LOCAL)
    process = processes.spawn(
        [sys.executable, "-m", "privacyportal.local.run", "--end-with-parent"],
        env={"PATH": os.environ["PATH"], "STATE": str(state), "PORT": str(port)},
        stdout=DEVNULL, stderr=DEVNULL, stdin=DEVNULL,
    )  # fmt: skip
    try:
        _wait(lambda: (state / "demo.json").exists() and _answers(f"http://127.0.0.1:{port}/"))
        yield json.loads((state / "demo.json").read_text())
    finally:
        process.terminate()
        process.wait(60)


def picture_all(browser: Browser, demo: dict[str, Any], look: str, wanted: list[str]) -> None:
    (width, height), theme = LOOKS[look]
    for role, pages in (("officer", PAGES), ("administrator", OF_ADMINISTRATORS)):
        context = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        context.set_default_timeout(WAIT_SECONDS * 1000)
        context.add_cookies([{"name": "theme", "value": theme, "url": demo["url"]}])
        page = context.new_page()
        _open(page, f"{demo['url']}/accounts/login/")
        if role == "officer" and "sign-in" in wanted:
            picture(page, f"sign-in-{look}")
        sign_in(page, demo, role)
        for name, way in pages.items():
            if name in wanted:
                page.set_viewport_size({"width": width, "height": height})
                way(page, demo["url"])
                if name not in UNSEEN:
                    picture(page, f"{name}-{look}")
        context.close()


def picture(page: Page, name: str) -> None:
    size = page.viewport_size
    assert size
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(
        {"width": size["width"], "height": min(max(tall, size["height"]), TALLEST)}
    )
    page.mouse.move(0, 0)
    page.screenshot(path=OUT / f"{name}.png")
    print(name, flush=True)


def sign_in(page: Page, demo: dict[str, Any], role: str) -> None:
    [person] = [user for user in demo["users"] if user["role"] == role]
    page.locator("#id_login").fill(person["email"])
    page.locator("#id_password").fill(person["password"])
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")


def wait_for_history(browser: Browser, demo: dict[str, Any]) -> None:
    """Until nothing more happens: what is left waits for a person."""
    context: BrowserContext = browser.new_context()
    page = context.new_page()
    _open(page, f"{demo['url']}/accounts/login/")
    sign_in(page, demo, "officer")

    def being_worked_on() -> list[str]:
        _open(page, f"{demo['url']}/?status=open")
        return page.locator("table.rows tbody th a").evaluate_all("links => links.map(a => a.href)")

    def quiet() -> bool:
        before = being_worked_on()
        time.sleep(QUIET_SECONDS)
        return before == being_worked_on()

    _wait(quiet)
    context.close()


def give_tasks(browser: Browser, demo: dict[str, Any]) -> None:
    """A paper archive that people see to, and a few accesses there."""
    context: BrowserContext = browser.new_context()
    page = context.new_page()
    _open(page, f"{demo['url']}/accounts/login/")
    sign_in(page, demo, "administrator")
    _open(page, f"{demo['url']}/products/new/manual/")
    for name, text in ARCHIVE.items():
        page.locator(f"[name={name}]").fill(text)
    for email in ("officer@demo.example", "staff@demo.example"):
        page.locator(f"[name=s-members][value='{email}']").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")
    _submit(demo, [person.email for person in people()[500:506]])

    def given() -> bool:
        _open(page, f"{demo['url']}/tasks/?show=all")
        return page.locator(ROWS).count() == 6

    _wait(given)
    context.close()


def _submit(demo: dict[str, Any], emails: list[str]) -> None:
    form = {name: demo[name] for name in ("client_id", "client_secret")}
    form["grant_type"] = "client_credentials"
    token = _post(f"{demo['url']}/ims/token/v3", {}, urllib.parse.urlencode(form).encode())
    body = {
        "companyContexts": [{"namespace": "imsOrgID", "value": demo["organization_id"]}],
        "users": [
            {
                "key": f"A-{number}",
                "action": ["access"],
                "userIDs": [{"namespace": "email", "value": email, "type": "standard"}],
            }
            for number, email in enumerate(emails)
        ],
        "include": ["paper"],
        "regulation": "gdpr",
    }
    headers = {
        "Authorization": f"Bearer {token['access_token']}",
        "x-api-key": demo["client_id"],
        "x-gw-ims-org-id": demo["organization_id"],
        "Content-Type": "application/json",
    }
    _post(f"{demo['url']}/data/core/privacy/jobs", headers, json.dumps(body).encode())


def _post(url: str, headers: dict[str, str], body: bytes) -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
        return json.loads(answer.read())


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_load_state("networkidle")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def _wait(done: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("The portal is not ready.")
        time.sleep(0.5)


if __name__ == "__main__":
    if shutil.which(chromium() or "") is None:
        sys.exit("Chromium is needed: install it, or set CHROMIUM to its path.")
    main()
