from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processors.batches import Call
from tests.processors.databases import (
    LISTED,
    Database,
    postgresql_database,
    sqlite_database,
)

Make = Callable[[str], Database]


@pytest.fixture
def call(tmp_path: Path) -> Call:
    return Call(tmp_path)


@pytest.fixture
def allowed(tmp_path: Path, settings: Any) -> Path:
    """Products may be files of this folder, and databases of this machine."""
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    return tmp_path


@pytest.fixture
def postgresql(allowed: Path) -> Make:
    return postgresql_database


@pytest.fixture
def sqlite(allowed: Path) -> Make:
    return lambda script: sqlite_database(allowed, script)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, allowed: Path) -> Make:
    if request.param == "sqlite":
        return lambda script: sqlite_database(allowed, script)
    return postgresql_database
