"""A product's errors are retried from its page, which tells how far that is until it is over."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job, Product, ProductResponse
from jobs.services import product_retries
from tests.browser.portal import assert_fits, hindrances, sign_in


def test_a_retry_is_begun_by_keyboard_and_followed_to_its_end(
    page: Page, live_server: LiveServer, job: Job, complaints: list[str]
) -> None:
    sign_in(page, live_server)
    crm = Product.objects.get(code="crm")
    page.goto(f"{live_server.url}/products/{crm.public_id}/")

    page.get_by_role("button", name="Retry 1 error").press("Enter")

    health = page.locator("#health")
    expect(health.get_by_role("status")).to_have_text("0 of 1 responses")
    expect(page.get_by_role("button", name="Retry 1 error")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 800})
    assert_fits(page)
    assert hindrances(page) == []
    page.get_by_role("button", name="Stop the retry").press("Enter")
    expect(health).to_contain_text("Olof Officer stopped the last retry")
    expect(health.get_by_role("status")).to_contain_text("1 was not come to and stays in error.")
    page.get_by_role("button", name="Retry 1 error").press("Enter")
    expect(page.get_by_role("button", name="Stop the retry")).to_be_visible()
    product_retries.work()
    expect(health.get_by_role("status")).to_have_text("1 response is tried again.")
    expect(health).to_contain_text("Olof Officer")
    assert_fits(page)
    states = dict(ProductResponse.objects.filter(job=job).values_list("product_code", "state"))
    assert states == {"crm": "due", "WebShop": "error"}
