"""Checks whether a product's running system speaks its protocol as it should, and prints what
passed and what to mend. Asks about people that do not exist; deletes nobody."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.processors.base import Named
from jobs.rules.namespaces import canonical
from jobs.services import products
from privacyportal.organizations.models import Organization

WORDS = {"ok": "passed", "warning": "doubtful", "error": "mend"}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("product", help="the product's code")
        parser.add_argument(
            "--person",
            action="append",
            default=[],
            metavar="NAMESPACE=VALUE",
            help="an identity of a test person there, whose access is tried too",
        )

    def handle(self, **options: Any) -> None:
        organization = Organization.objects.filter(ims_org_id=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['organization']}.")
        product = products.find(organization, options["product"])
        if product is None or product.current_settings_id is None:
            raise CommandError(f"There is no product {options['product']} with settings.")
        person = [_identity(given) for given in options["person"]]
        count = wrong = 0
        with products.opened(product) as processor:
            for finding in processor.check(person):
                where = f"{finding.path}: " if finding.path else ""
                self.stdout.write(f"{WORDS[finding.level]:<9} {where}{finding.message}")
                count, wrong = count + 1, wrong + (finding.level == "error")
        if wrong:
            raise CommandError(f"{wrong} of {count} to mend, see above.")
        self.stdout.write(f"All {count} passed or doubtful; nothing to mend.")


def _identity(given: str) -> Named:
    namespace, equals, value = given.partition("=")
    if not (namespace and equals and value):
        raise CommandError("Name a person like --person email=test@example.org.")
    return canonical(namespace), value
