"""An organization with its program, another one's program, and who looks at the pages."""

from __future__ import annotations

import pytest
from django.test import Client

from privacyportal.organizations.models import Organization
from tests.api.conftest import organization, program, stranger
from tests.sessions import signed_in

__all__ = ["organization", "program", "stranger"]


@pytest.fixture
def administrator(organization: Organization) -> Client:
    return signed_in(organization, "administrator")


@pytest.fixture
def officer(organization: Organization) -> Client:
    return signed_in(organization, "officer")
