"""A processor is called without an engine, on databases and folders of a test's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processors import mariadb as servers
from tests.processors.batches import Call
from tests.processors.databases import (
    LISTED,
    Database,
    mariadb_database,
    postgresql_database,
    sqlite_database,
)

Make = Callable[[str], Database]
SKIPPED = pytest.StashKey[bool]()


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


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where the files of a product lie, in the only place that is allowed."""
    settings.PRODUCT_FILE_DIRS = [tmp_path / "products"]
    folder = tmp_path / "products" / "exports"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def mariadb_server(pytestconfig: pytest.Config) -> Iterator[servers.Server]:
    if not servers.installed():
        pytestconfig.stash[SKIPPED] = True
        (pytest.fail if os.environ.get("CI") else pytest.skip)(servers.MISSING)
    with servers.running() as server:
        yield server


@pytest.fixture
def mariadb(allowed: Path, mariadb_server: servers.Server) -> Make:
    return lambda script: mariadb_database(mariadb_server, script)


@pytest.fixture(scope="module")
def _a_mariadb(mariadb_server: servers.Server) -> Database:
    return mariadb_database(mariadb_server, "")


@pytest.fixture
def shared_mariadb(allowed: Path, _a_mariadb: Database) -> Database:
    """One for all tests of a module, without the tables of the test before."""
    for table in ("notes", "people"):
        _a_mariadb.run(f"DROP TABLE IF EXISTS {table}")
    return _a_mariadb


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def database(request: pytest.FixtureRequest) -> Make:
    """Each kind of database in its turn: what is true of one is true of all."""
    made: Make = request.getfixturevalue(request.param)
    return made


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash.get(SKIPPED, False):
        terminalreporter.write_sep("!", "TESTS WITH MARIADB DID NOT RUN", red=True, bold=True)
        terminalreporter.write_line(servers.MISSING, red=True)
