"""An organization with programs, and a client that speaks like one of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from jobs.models import Product
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import ApiCredential, Organization
from privacyportal.organizations.permissions import CONTRACT, Permission
from privacyportal.organizations.services import credentials
from tests.api.bodies import ORGANIZATION

JOBS = "/data/core/privacy/jobs"


@dataclass(frozen=True)
class Program:
    """A client of the API with its credential; `headers` are sent with every call."""

    credential: ApiCredential
    secret: str
    headers: dict[str, str]

    def without(self, *names: str) -> Program:
        kept = {name: value for name, value in self.headers.items() if name not in names}
        return replace(self, headers=kept)

    def having(self, **headers: str) -> Program:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})

    def get(self, path: str = JOBS, **query: Any) -> HttpResponse:
        return Client().get(path, query, headers=self.headers)

    def post(
        self,
        body: bytes | dict[str, Any],
        path: str = JOBS,
        content_type: str = "application/json",
        method: str = "POST",
    ) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": content_type}
        return Client().generic(method, path, data, content_type, headers=headers)


def make_program(organization: Organization, *permissions: Permission) -> Program:
    credential, secret = credentials.create(
        organization=organization,
        by=SYSTEM,
        name="warehouse",
        permissions=permissions or CONTRACT,
    )
    issued = credentials.issue_token(client_id=credential.client_id, client_secret=secret)
    assert issued is not None
    headers = {
        "Authorization": f"Bearer {issued[0]}",
        "x-api-key": credential.client_id,
        "x-gw-ims-org-id": organization.ims_org_id,
    }
    return Program(credential, secret, headers)


def make_organization(ims_org_id: str, *products: str) -> Organization:
    organization = Organization.objects.create(
        ims_org_id=ims_org_id, name=ims_org_id, time_zone="Europe/Stockholm"
    )
    for code in products:
        Product.objects.create(organization=organization, code=code, processor="sql")
    return organization


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization(ORGANIZATION, "crm", "WebShop")


@pytest.fixture
def program(organization: Organization) -> Program:
    return make_program(organization)


@pytest.fixture
def stranger(db: None) -> Program:
    """A program of another organization."""
    return make_program(make_organization("Other@PortalOrg", "crm"))


@pytest.fixture
def racer(transactional_db: None) -> Program:
    """A program, in rows that other connections see."""
    return make_program(make_organization(ORGANIZATION, "crm", "WebShop"))
