"""The address of a MySQL or MariaDB: what may stand in it, and whom a connection then reaches."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import make_url, text

from jobs.processors.sql import SqlProcessor
from jobs.processors.sql.connect import open_engine
from tests.processors.addresses import names_lead_to, refused
from tests.processors.columns import of_code
from tests.processors.databases import LISTED, Database
from tests.processors.mariadb import HOST, Server


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("ssl_mode=VERIFY_IDENTITY&ssl_ca=/etc/ca.pem&connect_timeout=5", ""),
        ("ssl_mode=maybe", "ssl_mode is one of"),
        ("connect_timeout=3600", "at most"),
        ("unix_socket=/run/mysqld/mysqld.sock", "not supported"),
        ("local_infile=1", "not supported"),
        ("read_default_file=/etc/my.cnf", "not supported"),
        ("init_command=x", "not supported"),
        ("ssl_key=/etc/x", "not supported"),
        ("charset=latin1", "not supported"),
    ],
)
def test_only_the_listed_parameters_pass(
    monkeypatch: pytest.MonkeyPatch, query: str, words: str
) -> None:
    names_lead_to(monkeypatch, "93.184.216.34")

    told = refused(f"mysql://u:p@db.example.org/x?{query}")

    assert words in told
    assert bool(told) == bool(words)


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "localhost", "[::1]"])
def test_private_places_are_refused(scheme: str, host: str) -> None:
    assert "private" in refused(f"{scheme}://u@{host}/x")


@pytest.mark.parametrize(
    ("name", "mode", "works"),
    [
        (HOST, "VERIFY_IDENTITY", True),
        ("other.example.org", "VERIFY_IDENTITY", False),
        ("other.example.org", "VERIFY_CA", True),
    ],
)
def test_the_certificate_is_the_names(
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    shared_mariadb: Database,
    mariadb_server: Server,
    name: str,
    mode: str,
    works: bool,
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    asked = names_lead_to(monkeypatch, "127.0.0.1")
    query = {"ssl_mode": mode, "ssl_ca": str(mariadb_server.authority)}
    url = (
        make_url(shared_mariadb.url)
        .set(host=name, query=query)
        .render_as_string(hide_password=False)
    )

    findings = SqlProcessor({"url": url, "tables": of_code()}).test_connection()

    assert ("Connected to MariaDB" in findings[0].message) is works
    assert works or "encryption" in findings[0].message
    assert asked.count(name) == 2  # once for the look, once for the connection


def test_what_was_checked_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, shared_mariadb: Database
) -> None:
    asked = names_lead_to(monkeypatch, "127.0.0.1", "10.9.9.9")
    engine = open_engine(
        make_url(shared_mariadb.url).set(host=HOST).render_as_string(hide_password=False)
    )

    with engine.connect() as opened:
        assert opened.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()

    assert asked.count(HOST) == 1
