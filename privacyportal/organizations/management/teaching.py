"""Commands that teach: --help ends with examples, and what is unknown is answered with what is
known."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacyportal.organizations.models import Organization

KNOWN = 20  # organizations named


class TeachingCommand(BaseCommand):
    """`examples` stand below the options, as they are written."""

    examples = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        kwargs.setdefault("epilog", f"examples:\n{self.examples.strip(chr(10))}")
        return super().create_parser(prog_name, subcommand, **kwargs)


def find_organization(ims_org_id: str, *, closed: bool = False) -> Organization:
    """`closed`: also one that is being deleted."""
    if found := Organization.objects.filter(ims_org_id=ims_org_id).first():
        if found.deleting_since and not closed:
            raise CommandError(f"{found} is being deleted: delete_organization goes on with that.")
        return found
    ids = list(Organization.objects.order_by("pk").values_list("ims_org_id", flat=True)[:KNOWN])
    known = ", ".join(ids) or "none yet, see create_organization"
    raise CommandError(f"There is no organization {ims_org_id}. Known ids: {known}.")
