"""Makes the demo organization, or keeps the one that is there; writes its facts into a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.demo import facts, history, organization, products
from jobs.demo.people import example
from privacyportal.keys.services import check_master_keys


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="the portal's address")
        parser.add_argument("--file", required=True, type=Path, help="where the facts are kept")

    def handle(self, *, url: str, file: str | Path, **options: Any) -> None:
        check_master_keys()
        try:
            demo = organization.find_or_create()
        except organization.Elsewhere:
            raise CommandError(
                "This database holds an organization of your own: there will be no demo in it."
            ) from None
        known = facts.read(Path(file), demo) or organization.fresh_secrets(demo, url)
        kept = products.keep(demo, self.stdout.write)
        history.submit(demo)
        known.url, known.example = url, example().email
        known.products = [{"code": product.code} for product in kept]
        known.write(Path(file))
