"""A pytest plugin: PostgreSQL and Valkey for this run alone, and the settings that point at them.

pytest-django reads the settings before any conftest.py, hence a plugin (`-p tests.servers`).
TEST_DATABASE_URL (a superuser's) and TEST_REDIS_URL replace the embedded servers. A run that was
killed takes its servers along; its folder goes at the next run.
"""

import atexit
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.staticfiles import handlers
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from privacyportal.local import servers

LEFT_OPEN = """
    SELECT left(query, 200) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND state LIKE 'idle in transaction%'
"""
ENV_EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    forget_the_developers_settings()
    start()
    return (yield)


def start() -> None:
    stack = ExitStack()
    atexit.register(stack.close)
    given = {name: os.environ.get(f"TEST_{name}", "") for name in servers.KINDS}
    ours = stack.enter_context(servers.temporary("privacyportal-test-", given=given))
    os.environ.update(ours.environment)
    os.environ["OPERATOR_SECOND_FACTOR"] = "false"  # its own test asks for it


def forget_the_developers_settings() -> None:
    """A variable of the shell that runs the tests must not decide how they end."""
    if ENV_EXAMPLE.exists():
        for name in re.findall(r"^#? ?([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.MULTILINE):
            os.environ.pop(name, None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: minutes long; `make faults` runs them")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes first, so that two cores end together; the browser's last, since
    Playwright leaves an event loop in the thread, where nothing else may run one. A file is one
    process's, but for the browser's: they share nothing."""
    first, last = {"local", "faults"}, {"browser"}
    for item in items:
        if item.path.parent.name not in last:
            item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}/{item.path.stem}"))

    def turn(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return 0 if folder in first else 2 if folder in last else 1

    items.sort(key=turn)


@pytest.fixture(scope="session", autouse=True)
def _collected_static_files() -> None:
    """As in production: a page that names a file which is not there fails its test."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _static_files_as_in_production() -> Iterator[None]:
    """`live_server` serves what was collected, under the names that pages call it by."""
    from django.test.testcases import _StaticFilesHandler

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "StaticFilesHandler", _StaticFilesHandler)
        yield


@pytest.fixture(autouse=True)
def _nothing_remembered_of_other_tests() -> Iterator[None]:
    """Ids come again once a test has emptied the tables."""
    from jobs.engine import load
    from privacyportal.keys import services as keys

    keys._organization_key.cache_clear()
    load._version.cache_clear()
    yield
    load.close_processors()


@pytest.fixture(scope="module", autouse=True)
def _no_transaction_is_left_open(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """It would hold back VACUUM, and with it the plans of the tests that come after. A page that a
    browser asked for last may take a moment more."""
    yield
    end = time.monotonic() + 60
    with django_db_blocker.unblock():
        while (left := left_open()) and time.monotonic() < end:
            time.sleep(0.1)
        connection.close()  # beside a browser there is another one, and this would stay
    assert left == []


def left_open() -> list[str]:
    """The last statements of others who are in a transaction and do nothing."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT_OPEN)
        return [query for (query,) in cursor.fetchall()]
