"""Backups: the database and the packages in one folder, with the names of the master keys that
open them. The keys themselves are never in it: keep them apart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from privacyportal.keys.crypto import master_keys
from privacyportal.keys.models import MasterKeyCanary, OrganizationKey
from privacyportal.keys.services import check_master_keys
from privacyportal.local.binaries import postgres_program

FORMAT = 1
ABOUT, DATABASE, PACKAGES = "backup.json", "database.dump", "packages"


class NotPossible(Exception):
    """Why no backup was made or read, as a sentence; nothing was changed."""


def backup(folder: Path) -> dict[str, Any]:
    """Writes a backup into a folder that is not there yet; what it holds. The database first: a
    package that came later is a file too many, one whose row has no file would be a lie."""
    if folder.exists():
        raise NotPossible(f"{folder} is there already: name a new folder.")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    _run("pg_dump", "--format=custom", f"--file={unfinished / DATABASE}")
    if settings.PACKAGE_DIR.exists():
        shutil.copytree(settings.PACKAGE_DIR, unfinished / PACKAGES, ignore=_unwritten)
    about = _about(unfinished)
    (unfinished / ABOUT).write_text(json.dumps(about, indent=2) + "\n")
    unfinished.rename(folder)
    return about


def restore(folder: Path) -> dict[str, Any]:
    """Reads a backup into an empty database and an empty folder of packages."""
    about = _read(folder)
    missing = sorted(set(about["master_keys"]) - set(master_keys()))
    if missing:
        raise NotPossible(
            f"MASTER_KEYS lacks {', '.join(missing)}: without it nothing of this can be read."
        )
    if connection.introspection.table_names():
        raise NotPossible("The database is not empty: give DATABASE_URL of a new one.")
    if settings.PACKAGE_DIR.exists() and any(settings.PACKAGE_DIR.iterdir()):
        raise NotPossible(f"{settings.PACKAGE_DIR} is not empty: give PACKAGE_DIR of a new folder.")
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
         str(folder / DATABASE))  # fmt: skip
    if (folder / PACKAGES).exists():
        shutil.copytree(folder / PACKAGES, settings.PACKAGE_DIR, dirs_exist_ok=True)
    check_master_keys()
    return about


def _about(folder: Path) -> dict[str, Any]:
    keys = {*MasterKeyCanary.objects.values_list("master_key_id", flat=True),
            *OrganizationKey.objects.values_list("master_key_id", flat=True)}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
    return {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "postgresql": version,
        "master_keys": sorted(keys),
        "packages": sum(1 for path in folder.glob(f"{PACKAGES}/*/*")),
    }


def _read(folder: Path) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text())
    except (OSError, ValueError):
        raise NotPossible(f"{folder} is no backup: {ABOUT} is missing or broken.") from None
    if about.get("format") != FORMAT or not (folder / DATABASE).exists():
        raise NotPossible(f"{folder} is a backup of another kind, or not whole.")
    return about


def _unwritten(_folder: str, names: list[str]) -> list[str]:
    """Files that a worker is still writing."""
    return [name for name in names if name.endswith(".part")]


def _run(program: str, *arguments: str) -> None:
    """PostgreSQL's own programs: the embedded ones, which know all older servers, or what PG_DUMP
    and PG_RESTORE name. The password stays out of the list of processes."""
    place = settings.DATABASES["default"]
    found = os.environ.get(program.upper()) or postgres_program(program)
    login = {"PGHOST": place["HOST"], "PGPORT": str(place["PORT"] or ""), "PGUSER": place["USER"],
             "PGPASSWORD": place["PASSWORD"]}  # fmt: skip
    known = {name: value for name, value in login.items() if value}
    argv: Sequence[str] = (found, *arguments, f"--dbname={place['NAME']}")
    done = subprocess.run(  # noqa: S603
        argv, env={**os.environ, **known}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotPossible(f"{program} failed: {said[0] if said else done.returncode}")
