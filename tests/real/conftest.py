"""The data of a real shop, in one kind of database after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.real.shops import Shop, in_postgresql, in_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Shop:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    settings.PRODUCT_PRIVATE_HOSTS = ["127.0.0.0/8", "::1/128"]
    return in_sqlite(tmp_path) if request.param == "sqlite" else in_postgresql()
