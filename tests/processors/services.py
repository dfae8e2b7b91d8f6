"""Another privacy service to hand work on to: this portal, with an organization of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Product
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.api.conftest import Program, make_program
from tests.processors.databases import LISTED, Database, sqlite_database

PEOPLE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), note TEXT);
    CREATE INDEX people_email ON people (email);
    INSERT INTO people (email, note) VALUES ('anna@example.org', 'tea'), ('bo@example.org', '');
"""
TABLES = {"people": {"identities": [{"namespace": "email", "column": "email", "normalized": True}]}}


@dataclass
class Service:
    """The upstream organization, its program, and the database that it looks after."""

    organization: Organization
    program: Program
    product: Product
    database: Database
    url: str

    def document(self, **more: Any) -> dict[str, Any]:
        return {
            "url": self.url,
            "token_url": f"{self.url}/ims/token/v3",
            "client_id": self.program.credential.client_id,
            "client_secret": self.program.secret,
            "organization": self.organization.ims_org_id,
            "include": [self.product.code],
            **more,
        }

    def work(self) -> None:
        turn(self.product.pk)
        sweep()

    @property
    def emails(self) -> list[str]:
        return [email for (email,) in self.database.run("SELECT email FROM people ORDER BY 1")]


def make_service(live_server: Any, folder: Path, settings: Any) -> Service:
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PRODUCT_FILE_DIRS = [folder]
    settings.PACKAGE_DIR = folder / "packages"
    settings.PACKAGE_MIN_FREE_BYTES = 0
    organization = Organization.objects.create(ims_org_id="Upstream@PortalOrg", name="Upstream")
    database = sqlite_database(folder, PEOPLE)
    product = products.add(
        organization=organization,
        by=SYSTEM,
        code="crm",
        display_name="The CRM",
        processor="sql",
        document=database.document(TABLES),
    )
    return Service(organization, make_program(organization), product, database, live_server.url)
