"""An organization with products, and an officer of it."""

from __future__ import annotations

import pytest

from jobs.processors.registry import PROCESSORS
from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import make_organization
from tests.services.ledger import Ledger


def member_of(organization: Organization, name: str = "officer") -> Member:
    """An officer, of that name."""
    person = User.objects.create_user(f"{name}@example.org")
    return Member.objects.create(organization=organization, user=person, role="officer")


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization("Services@PortalOrg", "crm", "WebShop")


@pytest.fixture
def stranger(db: None) -> Organization:
    return make_organization("Stranger@PortalOrg", "crm")


@pytest.fixture
def member(organization: Organization) -> Member:
    return member_of(organization)


@pytest.fixture(autouse=True)
def _ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROCESSORS, Ledger.kind, Ledger)
