"""Sets up a product, or gives one that is set up a new version of its settings."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs.models import Product
from jobs.processors.registry import PROCESSORS
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("organization", help="the organization's id, as programs send it")
        parser.add_argument("code", help="the product's code, as requests name it")
        parser.add_argument("--name", default="", help="what people read instead of the code")
        parser.add_argument("--processor", default="sql", choices=sorted(PROCESSORS))
        parser.add_argument(
            "--document",  # manage.py turns --settings, which is Django's elsewhere, into it
            metavar="FILE",
            required=True,
            help="the settings as JSON, - for standard input; also written --settings FILE",
        )
        parser.add_argument("--check", action="store_true", help="checks and tests, adds nothing")

    def handle(self, **options: Any) -> None:
        organization = _organization(options["organization"])
        product = products.find(organization, options["code"])
        if product and product.processor != options["processor"]:
            raise CommandError(
                f"{product.code} has the processor {product.processor}, which stays: "
                "use another code for another processor."
            )
        document = _document(options["document"])
        try:
            if options["check"]:
                self._check(product, options["processor"], document)
            else:
                product = self._store(organization, product, document, options)
        except products.SettingsInvalid as error:
            raise CommandError(_listed(error, options["document"])) from None
        complete = products.with_secrets(product, document) if product else document
        self._test(options["processor"], complete, fails=options["check"])

    def _check(self, product: Product | None, processor: str, document: Any) -> None:
        complete = products.with_secrets(product, document) if product else document
        if problems := products.check(processor, complete):
            raise products.SettingsInvalid(problems)
        self.stdout.write("The settings are well formed.")

    def _store(
        self,
        organization: Organization,
        product: Product | None,
        document: Any,
        options: dict[str, Any],
    ) -> Product:
        if product:
            version = products.change_settings(product=product, by=SYSTEM, document=document)
            self.stdout.write(f"{product.code} has new settings: version {version.number}.")
            return product
        product = products.add(
            organization=organization,
            by=SYSTEM,
            code=options["code"],
            display_name=options["name"],
            processor=options["processor"],
            document=document,
        )
        self.stdout.write(f"{product.code} is added to {organization}.")
        return product

    def _test(self, processor: str, document: Any, *, fails: bool) -> None:
        findings = products.test(processor, document)
        for finding in findings:
            where = f"{finding.path}: " if finding.path else ""
            self.stdout.write(f"{finding.level:<8} {where}{finding.message}")
        if fails and any(finding.level == "error" for finding in findings):
            raise CommandError("The product cannot be used like this, see above.")


def _organization(ims_org_id: str) -> Organization:
    if found := Organization.objects.filter(ims_org_id=ims_org_id).first():
        return found
    known = ", ".join(Organization.objects.values_list("ims_org_id", flat=True)) or "none"
    raise CommandError(f"There is no organization {ims_org_id}. Known ids: {known}.")


def _document(file: str) -> Any:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text()
        return json.loads(text)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not a text in UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CommandError(f"{file} is not JSON: {error.msg}, {where}.") from None


def _listed(error: products.SettingsInvalid, file: str) -> str:
    lines = [f"  {problem.path or 'document'}: {problem.message}" for problem in error.problems]
    count = len(lines)
    head = f"{file} has {count} problem{'s' if count > 1 else ''}; nothing was changed."
    return "\n".join([head, *lines])
