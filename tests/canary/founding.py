"""The organization whose values nobody may tell: its products, its people who work, its program.

Run as a process of the installation; prints what the test needs to know."""

from __future__ import annotations

import json
import os
from typing import Any

import django
from django.core.management import call_command

PASSWORD = "a long pass phrase"
PEOPLE = [{"namespace": "email", "column": "email", "normalized": True}]


def main() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    print(json.dumps(found(json.loads(os.environ["PRODUCTS"]))))


def found(documents: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """`documents` are code → processor and settings."""
    from jobs.services import products
    from privacyportal.actors import SYSTEM
    from privacyportal.keys.services import check_master_keys
    from privacyportal.organizations.models import Member, Organization, User
    from privacyportal.organizations.permissions import GRANTABLE
    from tests.api.conftest import make_program

    check_master_keys()
    organization = Organization.objects.create(ims_org_id="Firm@PortalOrg", name="Firm")
    for code, (processor, document) in documents.items():
        products.add(
            organization=organization,
            by=SYSTEM,
            code=code,
            display_name="",
            processor=processor,
            document=document,
        )
    administrator = User.objects.create_user("administrator@example.org", PASSWORD)
    Member.objects.create(organization=organization, user=administrator, role="administrator")
    officer = User.objects.create_user("officer@example.org", PASSWORD)
    Member.objects.create(organization=organization, user=officer, role="officer")
    User.objects.create_superuser("operator@example.org", PASSWORD)
    program = make_program(organization, *GRANTABLE)
    return {"headers": program.headers, "secret": program.secret}


if __name__ == "__main__":
    main()
