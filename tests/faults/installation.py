"""The whole portal on servers of its own, which a test may stop: web, workers, scheduler as
processes, spoken to over HTTP and looked at with SQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings

from privacyportal.local import ports, processes
from privacyportal.local.postgres import Postgres
from privacyportal.local.valkey import Valkey
from tests.api.conftest import JOBS
from tests.faults.firm import SCHEMA, address
from tests.flows.workers import workers
from tests.processors.databases import LISTED, Database

ANSWERS = """
    SELECT response.state, response.outcome_code, response.records_found
    FROM jobs_productresponse response JOIN jobs_job job ON job.id = response.job_id
    WHERE job.request_id = (SELECT max(id) FROM jobs_privacyrequest) AND job.action = %s
    ORDER BY response.id
"""
CLOSINGS = """
    SELECT count(*) FILTER (WHERE attempt.state IN ('complete', 'error'))
    FROM jobs_productresponse response
    LEFT JOIN jobs_attempt attempt ON attempt.response_id = response.id GROUP BY response.id
"""


@dataclass
class Installation:
    folder: Path
    postgres: Postgres
    valkey: Valkey
    product: Database
    environment: dict[str, str]
    url: str = ""
    told: dict[str, Any] = field(default_factory=dict)  # by what founded it

    @property
    def whole_environment(self) -> dict[str, str]:
        """Of a process of its own, like a command of the operator's."""
        return {**os.environ, **self.environment}

    # --- over HTTP

    def submit(self, numbers: Sequence[int], *actions: str) -> float:
        """Answers 202; how many seconds that took."""
        body = {
            "companyContexts": [{"namespace": "imsOrgID", "value": "Firm@PortalOrg"}],
            "users": [
                {
                    "key": str(n),
                    "action": list(actions),
                    "userIDs": [{"namespace": "email", "value": address(n), "type": "standard"}],
                }
                for n in numbers
            ],
            "include": ["crm"],
            "regulation": "gdpr",
        }
        headers = {**self.told, "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.url + JOBS, json.dumps(body).encode(), headers, method="POST"
        )
        began = time.monotonic()
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 202
        return time.monotonic() - began

    def sign_in(self) -> str:
        """As the officer, in a browser that knows nothing yet; the page that comes then."""
        jar = CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        with browser.open(f"{self.url}/accounts/login/", timeout=10) as page:
            assert page.status == 200
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {
            "login": "officer@example.org",
            "password": "a long pass phrase",
            "csrfmiddlewaretoken": token or "",
        }
        posted = urllib.request.Request(
            f"{self.url}/accounts/login/", urlencode(form).encode(), {"Referer": self.url}
        )
        with browser.open(posted, timeout=10) as page:
            return str(page.read().decode())

    # --- with SQL

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.postgres.url) as connection:
            return connection.execute(statement, values).fetchall()  # type: ignore[arg-type]

    def run(self, statement: str) -> None:
        with psycopg.connect(self.postgres.url) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def count(self, state: str) -> int:
        return int(
            self.query("SELECT count(*) FROM jobs_productresponse WHERE state = %s", state)[0][0]
        )

    def all_closed(self) -> bool:
        return self.query("SELECT count(*) FROM jobs_job WHERE closed_at IS NULL") == [(0,)]

    def answers(self, action: str) -> list[tuple[Any, ...]]:
        """State, code and records of each response of the last request, in order."""
        return self.query(ANSWERS, action)

    def ended_once(self) -> bool:
        return set(self.query(CLOSINGS)) == {(1,)}

    # --- its processes

    def workers(self, **given: str) -> AbstractContextManager[Path]:
        return workers(self.folder, **{**self.environment, **given})

    def refill(self) -> None:
        """The product as it was in the beginning, and nothing in our queue."""
        assert self.all_closed()
        self.product.run("DROP TABLE IF EXISTS orders, people")
        self.product.run(SCHEMA)


@contextmanager
def installation(
    folder: Path, product: Database, founding: str = "tests.faults.founding", **settings_: str
) -> Iterator[Installation]:
    folder.chmod(0o711)
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey", durable=False)
    port = ports.any_free()
    web: subprocess.Popen[bytes] | None = None
    try:
        postgres.start()
        valkey.start()
        ours = {
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "STATE": str(folder),
            "STATIC_ROOT": str(settings.STATIC_ROOT),
            "PORTAL_URL": f"http://127.0.0.1:{port}",
            "PRODUCT_URL": product.url,
            "PRODUCT_PRIVATE_HOSTS": ",".join(LISTED),
            "PACKAGE_DIR": str(folder / "packages"),
            **settings_,
        }
        made = Installation(folder, postgres, valkey, product, ours, ours["PORTAL_URL"])
        environment = made.whole_environment
        founded = subprocess.run(
            [sys.executable, "-m", founding],
            env={**environment, "DJANGO_SETTINGS_MODULE": "privacyportal.settings"},
            stdout=subprocess.PIPE,
            check=True,
        )
        made.told = json.loads(founded.stdout.splitlines()[-1])
        web = _web(folder, port, environment)
        _wait_for(made.url)
        yield made
    finally:
        if web:
            processes.stop(web)
        valkey.stop()
        postgres.stop()


def _web(folder: Path, port: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    argv = [sys.executable, "-m", "gunicorn", "privacyportal.wsgi"]
    argv += ["--config", "python:privacyportal.local.web", "--bind", f"127.0.0.1:{port}"]
    with (folder / "web.log").open("wb") as output:
        return processes.spawn(argv, env=environment, stdout=output, stderr=output)


def _wait_for(url: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{url}/accounts/login/", timeout=5):
                return
        except OSError:  # URLError among them
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
