"""Reads a backup into an empty database and an empty folder of packages."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacyportal import backups


class Command(BaseCommand):
    help = (
        "Reads a backup that `manage.py backup` made into the database of DATABASE_URL and the "
        "folder PACKAGE_DIR, which must both be empty, with the MASTER_KEYS of then. Start web "
        "server and workers afterwards; what was being worked on goes on by itself."
    )
    requires_migrations_checks = False
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            about = backups.restore(folder)
        except backups.NotPossible as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"The backup of {about['made_at']} is read, with {about['packages']} packages. "
            "Run `manage.py migrate` before the first start of a newer version."
        )
