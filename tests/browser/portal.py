"""What tests do with pages: signed in, looked at, reached by keyboard."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from privacyportal.organizations.models import User
from tests.sessions import client_of

PASSWORD = "a long password of an officer"
EMAIL = "ann.berg@example.com"
LOOKS = {"desk, light": (1440, "light"), "phone, dark": (390, "dark")}


def sign_in(page: Page, server: LiveServer, email: str = "officer@example.org") -> None:
    """To a session that is there already; the page for it is the matter of test_set_up."""
    session = client_of(User.objects.get(email=email)).cookies[settings.SESSION_COOKIE_NAME]
    cookie = {"name": session.key, "value": session.value, "url": server.url}
    page.context.add_cookies([cookie])
    page.goto(server.url)
    expect(page.get_by_role("heading", name=re.compile("Dashboard|Welcome"))).to_be_visible()


def assert_fits(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert over <= 0, f"{page.url} scrolls sideways by {over} px"


def hindrances(page: Page) -> list[str]:
    """Each with the rule that it breaks and the first elements."""
    results = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{broken['id']}: {[node['html'][:160] for node in broken['nodes'][:3]]}"
        for broken in results.response["violations"]
    ]


def reach(page: Page, role: Any, name: str, most: int = 60) -> None:
    """By Tab, until the focus is there."""
    target = page.get_by_role(role, name=name, exact=True).first
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{name} cannot be reached by keyboard")
