"""Writes everything of one organization into an archive that people and programs can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.management.progress import bar
from jobs.services import organization_export
from privacyportal.actors import SYSTEM
from privacyportal.keys.services import check_master_keys
from privacyportal.organizations.management.teaching import TeachingCommand, find_organization


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py export_organization 0A1B2C@NorthwindOrg /srv/northwind.zip

A ZIP of JSON Lines, one file for each table, and of the files of packages. Identities, notes and
attachments are IN CLEAR: the archive is made to be handed over, can be read by nobody else on this
machine (mode 0600), and should be encrypted before it leaves it. Passwords, secrets and keys are
left out. The act is on record.

It is written while everything runs, and is of no single instant: pause what should hold still.
For a copy that can be read into a portal again, see backup."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("file", type=Path, help="the archive, which must not be there yet")

    def handle(self, **options: Any) -> None:
        organization, path = find_organization(options["organization"]), options["file"]
        check_master_keys()
        if path.exists():
            raise CommandError(f"{path} is there already: name a new file.")
        if not path.parent.is_dir():
            raise CommandError(f"There is no folder {path.parent}: make it first.")
        with bar(0, "writing", "rows") as shown:

            def tell(_table: str, rows: int) -> None:
                shown.update(rows)

            organization_export.write(organization=organization, by=SYSTEM, path=path, tell=tell)
        self.stdout.write(
            f"{path} holds everything of {organization}, {path.stat().st_size:,} bytes.\n"
            "It holds personal data in clear: encrypt it, and delete it once it is handed over."
        )
