"""A firm and its database, which are there when something fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from privacyportal.keys import services as keys
from tests.faults.firm import SCHEMA, Firm, firm
from tests.processors.databases import LISTED, Database, postgresql_database


@pytest.fixture
def places(transactional_db: None, tmp_path: Path, settings: Any) -> dict[str, str]:
    """What workers are told, and this process too, so that products may be on this machine."""
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PACKAGE_DIR = tmp_path / "packages"
    keys._organization_key.cache_clear()
    return {"PRODUCT_PRIVATE_HOSTS": ",".join(LISTED)}


@pytest.fixture
def database() -> Database:
    return postgresql_database(SCHEMA)


@pytest.fixture
def crm(places: dict[str, str], database: Database) -> Firm:
    return firm(database.url, database.at)
