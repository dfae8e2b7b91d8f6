"""Each of our processors passes what authors of processors are asked to pass."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.processors.conformance import Case, ProcessorConformance
from jobs.processors.http import HttpProcessor
from jobs.processors.opendsr import OpenDsrProcessor
from jobs.processors.sql import SqlProcessor
from jobs.processors.upstream import UpstreamProcessor
from tests.processors.databases import LISTED, postgresql_database, sqlite_database
from tests.processors.opendsr import Processor, authority, service
from tests.processors.remotes import reference
from tests.processors.services import make_service

__all__ = ["authority", "service"]

ANNA, NOBODY = (("email", "anna@example.org"),), (("email", "nobody@example.org"),)
PEOPLE = """
    CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
    CREATE INDEX people_email ON people (email);
    INSERT INTO people VALUES (1, 'anna@example.org'), (2, 'bo@example.org');
"""
TABLES = {"people": {"identities": [{"namespace": "email", "column": "email", "normalized": True}]}}


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any, tmp_path: Path) -> None:
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PRODUCT_FILE_DIRS = [tmp_path]


class TestSql(ProcessorConformance):
    @pytest.fixture(params=["sqlite", "postgresql"])
    def case(self, request: pytest.FixtureRequest, tmp_path: Path) -> Case:
        if request.param == "sqlite":
            database = sqlite_database(tmp_path, PEOPLE)
        else:
            database = postgresql_database(PEOPLE)
        wrong = [{"url": database.url}, {"tables": TABLES}, database.document({"people": {}})]
        return Case(SqlProcessor, database.document(TABLES), ANNA, NOBODY, wrong)


class TestHttp(ProcessorConformance):
    @pytest.fixture(params=["at-once", "later"])
    def case(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Case]:
        later = 0.05 if request.param == "later" else None
        with reference(tmp_path, later=later) as system:
            system.add("anna@example.org", "bo@example.org")
            wrong = [system.document(secret="short"), {"url": system.url}]
            yield Case(HttpProcessor, system.document(), ANNA, NOBODY, wrong)


class TestOpenDsr(ProcessorConformance):
    @pytest.fixture
    def case(self, service: Processor) -> Case:
        wrong = [{"url": service.url}, service.document(identities=[])]
        return Case(OpenDsrProcessor, service.document(), ANNA, NOBODY, wrong, service.settle)


class TestUpstream(ProcessorConformance):
    @pytest.fixture
    def case(self, transactional_db: None, live_server: Any, tmp_path: Path, settings: Any) -> Case:
        service = make_service(live_server, tmp_path, settings)
        wrong = [{"url": service.url}, service.document(include=[])]
        return Case(UpstreamProcessor, service.document(), ANNA, NOBODY, wrong, service.work)


TEMPLATE = Path(__file__).parents[2] / "docs" / "processor_template"


def test_the_template_passes_as_it_is_given_out() -> None:
    alone = ["--rootdir", str(TEMPLATE), "-c", os.devnull, "--ds", "privacyportal.settings"]
    passed = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *alone, str(TEMPLATE)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(TEMPLATE), str(Path.cwd())])},
        capture_output=True,
        text=True,
    )

    assert passed.returncode == 0, passed.stdout
    assert " passed" in passed.stdout
