"""A place for the demo: a folder of its own, and databases beside the test's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from jobs.demo.databases import PARAMETERS

URL = "http://portal.example:8123"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, settings: Any) -> None:
    own = settings.DATABASES["default"]
    settings.PRODUCT_PRIVATE_HOSTS = [f"{own['HOST']}:{own['PORT'] or 5432}"]
    settings.PRODUCT_FILE_DIRS = [tmp_path / "products"]
    settings.PACKAGE_DIR = tmp_path / "packages"


@pytest.fixture(scope="module")
def databases(django_db_setup: None) -> Iterator[None]:
    """The databases that the demo makes are gone after the module."""
    yield
    own = connection.get_connection_params()
    given = {name: own[name] for name in PARAMETERS if own.get(name)}
    with psycopg.connect(dbname=own["dbname"], autocommit=True, **given) as beside:
        for product in ("crm", "analytics"):
            name = f"{own['dbname']}_demo_{product}"
            beside.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


def create_demo(file: Path, url: str = URL) -> None:
    call_command("create_demo", url=url, file=str(file))
