"""Seals with the first entry of MASTER_KEYS what another one sealed: it can then be taken out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.services.master_keys import NotRetirable, retire
from privacyportal.organizations.management.teaching import TeachingCommand


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py retire_master_key 2025

First put a new entry in front of MASTER_KEYS and start every process again: one that does not know
the new entry yet would go on sealing with the old one. Then run this, which may be run again at any
time, take the old entry out, and start every process again.

Backups that were made before still need the old key: keep it for them, apart from everything."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="id of the entry, as it stands before the colon")

    def handle(self, **options: Any) -> None:
        try:
            done = retire(options["name"])
        except NotRetirable as error:
            raise CommandError(str(error)) from None
        for what, number in done.items():
            self.stdout.write(f"{number:>8} {what}")
        self.stdout.write(f"Nothing here needs {options['name']} any more: take it out.")
