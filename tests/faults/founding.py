"""What an installation of its own begins with: its tables, an organization, a program, an officer.

Run as a process of that installation; prints what a test needs to know."""

from __future__ import annotations

import json
import os

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    print(json.dumps(found(os.environ["PRODUCT_URL"])))


def found(product_url: str) -> dict[str, str]:
    from jobs.services import products
    from privacyportal.actors import SYSTEM
    from privacyportal.organizations.models import Member, Organization, User
    from tests.api.conftest import make_program
    from tests.faults.firm import MAPPING

    organization = Organization.objects.create(ims_org_id="Firm@PortalOrg", name="Firm")
    products.add(
        organization=organization,
        by=SYSTEM,
        code="crm",
        display_name="CRM",
        processor="sql",
        document={"url": product_url, "tables": MAPPING},
    )
    officer = User.objects.create_user("officer@example.org", "a long pass phrase")
    Member.objects.create(organization=organization, user=officer, role="officer")
    return make_program(organization).headers


if __name__ == "__main__":
    main()
