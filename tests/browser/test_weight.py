"""What a page costs to load: its first load, and a fragment of it (compressed)."""

from __future__ import annotations

import gzip

from playwright.sync_api import Browser, Page, Response, StorageState
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from tests.browser.portal import sign_in

FIRST_LOAD, FRAGMENT = 200 * 1024, 15 * 1024  # bytes
PAGES = ("/?status=", "/requests/", "/people/", "/requests/new/", "/consent/")


def weight(body: bytes, kind: str) -> int:
    """As it goes over the wire: fonts are compressed as they are."""
    return len(body) if "font" in kind else len(gzip.compress(body, 6))


def test_a_first_load_is_light(page: Page, live_server: LiveServer, job: Job) -> None:
    sign_in(page, live_server)
    signed_in = page.context.storage_state()
    heavy = {}
    for path in PAGES:
        total = first_load(page.context.browser, signed_in, live_server.url + path)
        if total > FIRST_LOAD:
            heavy[path] = total

    assert heavy == {}


def first_load(browser: Browser | None, signed_in: StorageState, url: str) -> int:
    """Bytes, by a browser that has seen nothing before."""
    assert browser
    context = browser.new_context(storage_state=signed_in)
    page, loaded = context.new_page(), []

    def note(response: Response) -> None:
        if response.status == 200:
            loaded.append(weight(response.body(), response.headers.get("content-type", "")))

    page.on("response", note)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    context.close()
    assert len(loaded) > 4
    return sum(loaded)


def test_fragments_are_light(page: Page, live_server: LiveServer, job: Job) -> None:
    sign_in(page, live_server)
    here = f"/jobs/{job.public_id}/"
    heavy = {}
    for path in ("/?status=open", "/overview/", "/requests/", here, "/consent/"):
        answer = page.request.get(live_server.url + path, headers={"HX-Request": "true"})
        if (size := weight(answer.body(), "text/html")) > FRAGMENT:
            heavy[path] = size

    assert heavy == {}
