"""The variables: what is read is written down, and what is missing is named."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
READ = re.compile(
    r"""(?:\benv(?:\.\w+)?\(|\benviron(?:\.get\(|\[)|\bgetenv\()\s*["']([A-Z][A-Z_0-9]+)["']"""
)
LISTED = re.compile(r"^(?:# )?([A-Z][A-Z_0-9]+)=", re.MULTILINE)
REQUIRED = ["SECRET_KEY", "MASTER_KEYS", "DATABASE_URL", "REDIS_URL"]
# Read by a name that is put together.
ELSEWHERE = {*REQUIRED, "TEST_DATABASE_URL", "TEST_REDIS_URL"}
# Ours to set, not the operator's.
FIXED = {"DJANGO_SETTINGS_MODULE"}


def variables_read() -> set[str]:
    sources = [
        path
        for folder in ("privacyportal", "jobs", "consent")
        for path in (PROJECT / folder).rglob("*.py")
    ]
    found = {name for path in sources for name in READ.findall(path.read_text())}
    return (found | ELSEWHERE) - FIXED


def test_every_variable_that_is_read_is_in_the_example() -> None:
    listed = set(LISTED.findall((PROJECT / ".env.example").read_text()))

    assert variables_read() - listed == set()


def test_every_variable_of_the_example_is_read() -> None:
    listed = LISTED.findall((PROJECT / ".env.example").read_text())

    assert set(listed) - variables_read() == set()
    assert len(listed) == len(set(listed))


def test_every_variable_of_the_example_is_explained() -> None:
    lines = (PROJECT / ".env.example").read_text().splitlines()

    for before, line in itertools.pairwise(lines):
        if LISTED.match(line):
            explained = before.startswith("# ") and "---" not in before
            assert explained, f"{line} has no sentence above it"


@pytest.mark.parametrize("given", [[], ["SECRET_KEY"], ["DATABASE_URL", "REDIS_URL"]])
def test_production_refuses_to_start_and_names_all_that_is_missing(given: list[str]) -> None:
    environment = {"PATH": os.environ["PATH"], **dict.fromkeys(given, "something")}

    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    last = result.stderr.strip().splitlines()[-1]
    assert result.returncode != 0
    assert [name for name in REQUIRED if name in last] == [
        name for name in REQUIRED if name not in given
    ]


def test_debug_is_off_unless_asked_for() -> None:
    code = "from django.conf import settings; print(settings.DEBUG)"

    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **more, "DJANGO_SETTINGS_MODULE": "privacyportal.settings"},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for more in ({}, {"DEBUG": "true"})
    ]

    assert outputs == ["False", "True"]
