"""Browser tests drive the machine's own Chromium, through the fixtures of pytest-playwright.

Without one they are skipped, loudly; in CI a skipped browser test is a failure.
"""

import os
import shutil
from typing import Any

import pytest
from playwright.sync_api import expect

MISSING = "no browser on this machine: install chromium, or set CHROMIUM to its path"
SKIPPED = pytest.StashKey[bool]()


def chromium() -> str | None:
    for candidate in (os.environ.get("CHROMIUM"), "/usr/bin/chromium", "chromium", "google-chrome"):
        if candidate and (found := shutil.which(candidate)):
            return found
    return None


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
