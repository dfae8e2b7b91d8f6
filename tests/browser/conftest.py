"""Browser tests drive the machine's own Chromium, through the fixtures of pytest-playwright.

Without one they are skipped, loudly; in CI a skipped browser test is a failure.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from jobs.models import Job
from privacyportal.organizations.models import Member, User
from tests.api.bodies import ORGANIZATION, document, identity, user
from tests.api.conftest import make_organization, make_program
from tests.api.work import close, submit
from tests.browser.chromium import chromium
from tests.browser.portal import EMAIL, PASSWORD

MISSING = "no browser on this machine: install chromium, or set CHROMIUM to its path"
SKIPPED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], pytestconfig: pytest.Config
) -> dict[str, Any]:
    """Found by pytest-playwright's `browser`, and so by `page`."""
    path = chromium()
    if path is None:
        pytestconfig.stash[SKIPPED] = True
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    # Chromium refuses its sandbox to root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """A busy machine is no fault of a page."""
    expect.set_options(timeout=60_000)


@pytest.fixture(scope="session", autouse=True)
def database_beside_the_browser() -> None:
    """Playwright keeps an event loop in the tests' thread, where Django would refuse queries."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash.get(SKIPPED, False):
        terminalreporter.write_sep("!", "BROWSER TESTS DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(MISSING, red=True)


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """A 422 is said on the console too, and that a page was left while it asked for something;
    everything else is a fault."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        usual = re.search(r"422|htmx:(sendAbort|afterRequest)", message.text)
        if message.type in ("error", "warning") and not usual:
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.fixture
def job(transactional_db: None) -> Job:
    """A job in error at both of its products, and the officer who is to see it."""
    organization = make_organization(ORGANIZATION, "crm", "WebShop")
    person = User.objects.create_user("officer@example.org", PASSWORD, name="Olof Officer")
    Member.objects.create(organization=organization, user=person, role="officer")
    people = [user("Ann Berg", ids=[identity(value=EMAIL)]), user("Bo Ek")]
    body = document(users=people, include=["crm", "WebShop"])
    [job, _other] = submit(make_program(organization), body)
    close(job, code="1010-400", outcome_detail="sql.permission", outcome_params={"name": "people"})
    return job
