"""The world that every URL is asked in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.access.world import World, build


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    settings.PACKAGE_DIR = tmp_path
    return build(tmp_path)
