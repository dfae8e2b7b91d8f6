"""A pytest plugin: PostgreSQL and Valkey for this run alone, and the settings that point at them.

pytest-django reads the settings before any conftest.py, hence a plugin (`-p tests.servers`).
TEST_DATABASE_URL and TEST_REDIS_URL replace the embedded servers. A run that was killed takes its
servers along; its folder goes at the next run.
"""

import atexit
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from privacyportal.local import ownership, servers

PREFIX = "privacyportal-test-"
ENV_EXAMPLE = Path(__file__).parent.parent / ".env.example"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    remove_abandoned(Path(tempfile.gettempdir()))
    forget_the_developers_settings()
    start()
    return (yield)


def start() -> None:
    stack = ExitStack()
    atexit.register(stack.close)
    state = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    state.chmod(0o711)  # root's servers run as nobody, who has to get in
    stack.callback(shutil.rmtree, state, ignore_errors=True)
    stack.enter_context(ownership.own(state))
    given = {name: os.environ.get(f"TEST_{name}", "") for name in ("DATABASE_URL", "REDIS_URL")}
    urls = stack.enter_context(servers.running(state, given=given, durable=False))
    os.environ.update(urls, **servers.environment(state))


def forget_the_developers_settings() -> None:
    """A variable of the shell that runs the tests must not decide how they end."""
    if ENV_EXAMPLE.exists():
        for name in re.findall(r"^#? ?([A-Z_]+)=", ENV_EXAMPLE.read_text(), re.MULTILINE):
            os.environ.pop(name, None)


def remove_abandoned(temporary: Path) -> None:
    for state in temporary.glob(f"{PREFIX}*"):
        # Younger ones may be of a run that has not locked its folder yet.
        with suppress(ownership.Owned, OSError):
            if state.stat().st_mtime < time.time() - 60:
                with ownership.own(state):
                    shutil.rmtree(state, ignore_errors=True)
