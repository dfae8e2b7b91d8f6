"""Deletes one organization with everything of it: keys, rows, packages, sessions."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from jobs.management.progress import bar
from jobs.services import organization_deletion as deletion
from privacyportal.actors import SYSTEM
from privacyportal.organizations.management.teaching import TeachingCommand, find_organization
from privacyportal.organizations.models import Organization

EVERY = 1.0  # seconds between looks at the batches


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py delete_organization 0A1B2C@NorthwindOrg
  manage.py delete_organization 0A1B2C@NorthwindOrg --yes-delete "Northwind Living"
  manage.py delete_organization 0A1B2C@NorthwindOrg --drop-open-work

First nobody gets in any more and nothing is submitted or begun; batches that are at work end. Then
the keys are destroyed: from then on nothing can be read, whatever happens. Then the rows and the
files go, in small steps beside everything else. Whoever interrupts it, or is interrupted, runs it
again: it goes on.

Open work is a reason to refuse: see that it ends, or say --drop-open-work. What a remote system has
taken by then goes on there.

What stays: the record of acts without its details (who did what to which id when; no personal
data), accounts of people who belong to another organization too, and what backups hold that were
made before: they can still be read with MASTER_KEYS. Products keep what they hold.

export_organization writes everything into an archive before."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("--yes-delete", default="", metavar="NAME", help="instead of typing it")
        parser.add_argument(
            "--drop-open-work", action="store_true", help="although jobs are open, unfinished"
        )

    def handle(self, **options: Any) -> None:
        organization = find_organization(options["organization"], closed=True)
        self._confirm(organization, options["yes_delete"])
        try:
            deletion.close(
                organization=organization,
                by=SYSTEM,
                despite_open_work=options["drop_open_work"],
            )
        except deletion.OpenWork as open_work:
            raise CommandError(
                f"{open_work.jobs} jobs are open, and nothing was changed. See that they end, or "
                "say --drop-open-work."
            ) from None
        self.stdout.write("Closed: nobody gets in, and nothing is submitted or begun.")
        self._wait(organization)
        deletion.shred(organization)
        self.stdout.write("The keys are destroyed: what they sealed can be read by nobody.")
        with bar(0, "deleting", "rows") as shown:

            def tell(_table: str, rows: int) -> None:
                shown.update(rows)

            gone = deletion.delete_rows(organization, tell)
            deletion.finish(organization=organization, by=SYSTEM, gone=gone, tell=tell)
        self.stdout.write(
            f"{organization} is deleted, {gone.total():,} rows. The record of acts stays, without "
            "its details. Backups made before can still be read: delete them when their time comes."
        )

    def _confirm(self, organization: Organization, given: str) -> None:
        if not given and sys.stdin.isatty():
            self.stdout.write(f"This deletes {organization} ({organization.ims_org_id}) for good.")
            self.stdout.write("Type its name to go on: ", ending="")
            self.stdout.flush()
            given = sys.stdin.readline().strip()
        if given != organization.name:
            raise CommandError(
                f"Nothing was changed: confirm with --yes-delete “{organization.name}”."
            )

    def _wait(self, organization: Organization) -> None:
        told = 0
        while batches := deletion.batches_at_work(organization):
            if batches != told:
                self.stdout.write(f"Waiting for batches at work: {batches}.")
                told = batches
            time.sleep(EVERY)
