"""Makes an organization: a tenant, with its own members, programs, products and keys."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from privacyportal.actors import SYSTEM
from privacyportal.organizations.forms import zone_names
from privacyportal.organizations.management.teaching import TeachingCommand
from privacyportal.organizations.models import Organization
from privacyportal.organizations.services import members


class Command(TeachingCommand):
    help = __doc__ or ""
    examples = """
  manage.py create_organization "Northwind Living" --time-zone Europe/Stockholm
  manage.py create_organization "Northwind Living" --id 0A1B2C@NorthwindOrg

Next, invite its first administrator (create_member), who does the rest in the portal."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what people read")
        parser.add_argument(
            "--id", default="", help="what programs send in x-gw-ims-org-id; made up where absent"
        )
        parser.add_argument(
            "--time-zone",
            default="UTC",
            help="in which its days end, for due dates, like Europe/Stockholm (default: UTC)",
        )

    def handle(self, **options: Any) -> None:
        name, zone = options["name"].strip(), options["time_zone"]
        ims_org_id = options["id"].strip() or f"{secrets.token_hex(12).upper()}@PortalOrg"
        if not name:
            raise CommandError("The name is empty.")
        if zone not in zone_names():
            raise CommandError(f"{zone} is not a time zone: write it like Europe/Stockholm.")
        if Organization.objects.filter(ims_org_id=ims_org_id).exists():
            raise CommandError(f"There is an organization {ims_org_id} already.")
        made = members.create_organization(
            by=SYSTEM, ims_org_id=ims_org_id, name=name, time_zone=zone
        )
        self.stdout.write(f"{made} is made. Its id, as programs send it:\n{made.ims_org_id}")
