"""An organization with products, and drafts of requests to it."""

import pytest

from jobs.processors.registry import PROCESSORS
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_organization
from tests.services.ledger import Ledger


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization("Services@PortalOrg", "crm", "WebShop")


@pytest.fixture
def stranger(db: None) -> Organization:
    return make_organization("Stranger@PortalOrg", "crm")


@pytest.fixture(autouse=True)
def _ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROCESSORS, Ledger.kind, Ledger)
