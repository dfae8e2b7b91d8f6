"""Writes the database and the packages into a new folder. The master keys are not in it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacyportal import backups


class Command(BaseCommand):
    help = (
        "Writes a backup of the whole installation into a new folder, while it runs: the database, "
        "the packages, and the names of the master keys that open them. The keys themselves are "
        "never in it: keep MASTER_KEYS apart, since without them the backup cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is not there yet")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            about = backups.backup(folder)
        except backups.NotPossible as error:
            raise CommandError(str(error)) from None
        keys = ", ".join(about["master_keys"])
        self.stdout.write(
            f"{folder}: the database and {about['packages']} packages. "
            f"It is opened by the master keys {keys}: keep them elsewhere."
        )
