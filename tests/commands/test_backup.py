"""A backup of a portal with data is read into another database, and opens with the same keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from psycopg import sql

from jobs.models import Job
from jobs.services import people
from privacyportal.keys.services import check_master_keys
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program
from tests.api.work import submit
from tests.processors.databases import own

__all__ = ["organization", "program"]
LOOK = """
import django; django.setup()
from jobs.models import Job
from jobs.services import people
jobs = list(Job.objects.select_related("request", "request_subject"))
print(sorted(people.names(jobs, clear=True).values()))
"""


@pytest.fixture
def made(transactional_db: None, program: Program, settings: Any, tmp_path: Path) -> Path:
    """A backup of two people's jobs and a package."""
    check_master_keys()
    settings.PACKAGE_DIR = tmp_path / "packages"
    (settings.PACKAGE_DIR / "1").mkdir(parents=True)
    (settings.PACKAGE_DIR / "1" / "1-a.sealed").write_bytes(b"sealed")
    (settings.PACKAGE_DIR / "1" / "2-b.part").write_bytes(b"half")
    submit(program, document(users=[user("ann"), user("bo")]))
    folder = tmp_path / "backup"
    call_command("backup", folder)
    return folder


def empty_database() -> str:
    name = f"restored_{uuid4().hex[:12]}"
    with psycopg.connect(dbname="postgres", autocommit=True, **own()) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    place = own()
    login = f"{place['user']}:{place['password']}@{place['host']}:{place['port']}"
    return f"postgresql://{login}/{name}"


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "MASTER_KEYS": ",".join(django_settings.MASTER_KEYS), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_was_backed_up_is_there_again(made: Path, tmp_path: Path) -> None:
    about = json.loads((made / "backup.json").read_text())
    assert about["packages"] == 1
    keys = django_settings.MASTER_KEYS[0].partition(":")
    assert about["master_keys"] == [keys[0]]
    assert keys[2].encode() not in b"".join(p.read_bytes() for p in made.rglob("*") if p.is_file())
    place = {"DATABASE_URL": empty_database(), "PACKAGE_DIR": str(tmp_path / "restored")}

    done = manage("manage.py", "restore", str(made), **place)

    assert done.returncode == 0, done.stderr
    assert "is read, with 1 packages" in done.stdout
    assert (tmp_path / "restored" / "1" / "1-a.sealed").read_bytes() == b"sealed"
    seen = manage("-c", LOOK, **place)
    jobs = list(Job.objects.select_related("request", "request_subject"))
    assert seen.stdout.strip() == str(sorted(people.names(jobs, clear=True).values())), seen.stderr
    again = manage("manage.py", "restore", str(made), **place)
    assert "The database is not empty" in again.stderr


def test_what_cannot_be_is_refused_before_anything(made: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", made)
    with pytest.raises(CommandError, match="is no backup"):
        call_command("restore", tmp_path)
    place = {"DATABASE_URL": empty_database(), "PACKAGE_DIR": str(tmp_path / "restored")}
    other = "other:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    refused = manage("manage.py", "restore", str(made), **{**place, "MASTER_KEYS": other})
    assert "MASTER_KEYS lacks" in refused.stderr
    refused = manage("manage.py", "restore", str(made), **{**place, "PACKAGE_DIR": str(made)})
    assert "is not empty: give PACKAGE_DIR" in refused.stderr
