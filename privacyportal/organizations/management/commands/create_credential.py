"""Makes a program's credential, and prints its id and its secret, this once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from privacyportal.actors import SYSTEM
from privacyportal.organizations.management.teaching import TeachingCommand, find_organization
from privacyportal.organizations.permissions import GRANTABLE, PROGRAM_WORDS
from privacyportal.organizations.services import credentials

WORDS = "\n".join(f"  {p.value:<14} {PROGRAM_WORDS[p][1]}" for p in GRANTABLE)


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = f"""
  manage.py create_credential 0A1B2C@NorthwindOrg "web shop" privacy_write privacy_read
  manage.py create_credential 0A1B2C@NorthwindOrg "warehouse" events_manage

permissions, none of which implies another:
{WORDS}

The secret is kept as a hash: store it where the program finds it, and not in a file of code."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("name", help="what people read in lists and in the audit log")
        parser.add_argument(
            "permissions",
            nargs="+",
            choices=[permission.value for permission in GRANTABLE],
            metavar="permission",
            help="see below",
        )

    def handle(self, **options: Any) -> None:
        organization = find_organization(options["organization"])
        if not options["name"].strip():
            raise CommandError("The name is empty.")
        made, secret = credentials.create(
            organization=organization,
            by=SYSTEM,
            name=options["name"].strip(),
            permissions=dict.fromkeys(options["permissions"]),
        )
        for name, value in (
            ("client id", made.client_id),
            ("client secret", secret),
            ("organization id", organization.ims_org_id),
        ):
            self.stdout.write(f"{name:<16} {value}")
