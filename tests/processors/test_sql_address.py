"""Where a product may be: the portal's own database and private places are refused, however they
are spelled, and what was checked is what is connected to."""

from __future__ import annotations

import os
import socket
import traceback
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from sqlalchemy import make_url

from jobs.processors.base import ProductUnavailable
from jobs.processors.sql import SqlProcessor, address
from jobs.processors.sql.connect import open_engine
from jobs.processors.sql.dialects.postgresql import OUR_TABLES
from tests.processors.addresses import TABLES, names_lead_to, refused
from tests.processors.batches import Call, person
from tests.processors.conftest import Make
from tests.processors.databases import LISTED, own

# --- private places ----------------------------------------------------------------------------

ALWAYS = [
    "169.254.169.254", "169.254.1.1", "[fe80::1]", "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::1]", "[::a9fe:a9fe]", "2852039166", "0xa9fea9fe",
    "0251.0376.0251.0376", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "0.0.0.0",
    "[::]", "224.0.0.1", "[ff02::1]",
]  # fmt: skip
PRIVATE = [
    "127.0.0.1", "127.1", "127.9.9.9", "2130706433", "0x7f000001", "0177.0.0.1", "localhost",
    "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]",
    "[::7f00:1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd12:3456::1]",
    "[fec0::1]", "[::ffff:10.0.0.1]", "192.0.2.1", "198.18.0.1", "255.255.255.255", "240.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", ALWAYS + PRIVATE)
def test_private_places_are_refused_however_they_are_spelled(host: str) -> None:
    assert "private" in refused(f"postgresql://u@{host}/x")


@pytest.mark.parametrize("host", ALWAYS)
def test_what_tells_machines_secrets_is_refused_even_where_it_is_listed(
    settings: Any, host: str
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = ["0.0.0.0/0", "::/0", host.strip("[]")]

    assert "private" in refused(f"postgresql://u@{host}/x")


@pytest.mark.parametrize(
    "leads_to", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"]
)
def test_a_name_that_leads_to_a_private_place_is_refused(
    monkeypatch: pytest.MonkeyPatch, leads_to: str
) -> None:
    names_lead_to(monkeypatch, leads_to)

    assert "private" in refused("postgresql://u@db.example.org/x")


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, 1, 6, "", (ip, 5432)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)

    assert "private" in refused("postgresql://u@db.example.org/x")


@pytest.mark.parametrize(
    ("listed", "allowed"),
    [
        ("10.0.0.0/8", True),
        ("10.1.2.3", True),
        ("10.1.2.3:5432", True),
        ("10.1.2.3:5433", False),
        ("DB.example.org", True),
        ("db.example.org:5432", True),
        ("db.example.org:1", False),
        ("example.org", False),
        ("10.1.2.0/25", True),
        ("192.168.0.0/16", False),
    ],
)
def test_private_places_are_allowed_where_an_operator_lists_them(
    monkeypatch: pytest.MonkeyPatch, settings: Any, listed: str, allowed: bool
) -> None:
    names_lead_to(monkeypatch, "10.1.2.3")
    settings.PRODUCT_PRIVATE_HOSTS = [listed]

    assert ("private" not in refused("postgresql://u@db.example.org/x")) is allowed


def test_public_places_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    names_lead_to(monkeypatch, "93.184.216.34")

    assert refused("postgresql://u:p@db.example.org/x?sslmode=verify-full") == ""


# --- our own database --------------------------------------------------------------------------


def ours(host: str, **change: Any) -> str:
    place = {**own(), "dbname": connection.settings_dict["NAME"], **change}
    login = f"{place['user']}:{place['password']}"
    return f"postgresql://{login}@{host}:{place['port']}/{place['dbname']}"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LocalHost", "[::1]", "127.0.0.2", "127.1", "2130706433",
     "0x7f000001", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
)  # fmt: skip
@pytest.mark.parametrize("our_host", ["127.0.0.1", "localhost", "", "/var/run/postgresql", "::1"])
def test_our_own_database_is_refused_by_every_name_of_this_machine(
    settings: Any, monkeypatch: pytest.MonkeyPatch, host: str, our_host: str
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    url = ours(host)
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", our_host)

    assert "own database" in refused(url)


def test_our_own_database_is_refused_behind_another_name_and_port(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    names_lead_to(monkeypatch, "10.1.2.3")
    settings.PRODUCT_PRIVATE_HOSTS = ["10.0.0.0/8"]
    url = ours("db-2", port=5432)
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db-1")
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", "")

    assert "own database" in refused(url)


@pytest.mark.parametrize("query", [
    "hostaddr=127.0.0.1", "host=/tmp", "host=127.0.0.1:5432", "dbname=portal", "service=portal",
    "options=-c%20search_path%3Dx", "passfile=/etc/x", "sslkey=/etc/x", "sslcert=/etc/x",
    "user=postgres", "password=x", "port=1", "target_session_attrs=any", "krbsrvname=x",
    "load_balance_hosts=random", "require_auth=none", "Host=x", "client_encoding=utf8",
])  # fmt: skip
def test_only_the_listed_parameters_pass(monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    names_lead_to(monkeypatch, "93.184.216.34")

    told = refused(f"postgresql://u@db.example.org/x?{query}")

    assert told == f"The parameter {query.partition('=')[0]} is not supported."


def test_the_listed_parameters_are_given_once_and_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names_lead_to(monkeypatch, "93.184.216.34")
    url = "postgresql://u@db.example.org/x?"

    assert "once" in refused(f"{url}sslmode=verify-full&sslmode=disable")
    assert "at most" in refused(f"{url}connect_timeout=0")
    assert "at most" in refused(f"{url}connect_timeout=3600")
    assert refused(f"{url}sslmode=require&connect_timeout=5&application_name=x") == ""


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///portal", "postgresql://u@/portal", "postgresql://u@db.example.org/",
        "postgresql://u@h1,h2/x", "postgresql://u@h1:1,h2:2/x", "postgresql://u@%2Ftmp/x",
        "postgresql://u@/x?host=/tmp", "postgresql://u@a..b/x", f"postgresql://u@{'a' * 70}/x",
        "postgresql://u@127.0.0.1:99999/x", "postgresql://u@127.0.0.1:0x5/x", "postgresql://",
        "mysql://u@h/x", "postgresql+psycopg2://u@h/x", "postgresql+asyncpg://u@h/x",
        "sqlite+pysqlite:////tmp/x", "sqlite+aiosqlite:////tmp/x", "SQLITE:////tmp/x",
        "POSTGRESQL://u@h/x", "oracle://u@h/x", "postgres://u@h/x", "http://u@h/x", "", "x",
        "host=127.0.0.1 dbname=portal",
    ],
)  # fmt: skip
def test_what_is_no_plain_url_of_one_database_is_refused(settings: Any, url: str) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED

    assert refused(url)


def test_names_of_databases_are_no_connection_strings(settings: Any) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    name = f"dbname={connection.settings_dict['NAME']}"
    processor = SqlProcessor({"url": ours("127.0.0.1", dbname=name), "tables": TABLES})

    [finding] = processor.test_connection()

    assert f"has no database {name}" in finding.message


@pytest.mark.django_db
def test_our_own_database_is_known_by_its_tables_whatever_way_one_comes(
    settings: Any, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    monkeypatch.setattr(address, "_ours", lambda *_: False)
    processor = SqlProcessor({"url": ours("127.0.0.1"), "tables": TABLES})

    [finding] = processor.test_connection()
    with pytest.raises(ProductUnavailable) as caught:
        call(processor, "delete", person("delete", ("email", "a@b.c")))

    assert "own database" in finding.message
    assert caught.value.detail == "sql.own"
    assert set(OUR_TABLES) <= set(connection.introspection.table_names())


# --- pinned ------------------------------------------------------------------------------------


def test_what_was_checked_is_what_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, postgresql: Make
) -> None:
    product = postgresql("CREATE TABLE people (email text)")
    url = make_url(product.url).set(host="db.example.org").render_as_string(hide_password=False)
    asked = names_lead_to(monkeypatch, "127.0.0.1", "10.9.9.9")

    engine = open_engine(url)
    with engine.connect() as opened:
        used = opened.connection.driver_connection.info  # type: ignore[union-attr]
        places = (used.host, used.hostaddr)
    engine.dispose()

    assert places == ("db.example.org", "127.0.0.1")
    assert asked.count("db.example.org") == 1


def test_a_name_that_moved_to_a_private_place_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    names_lead_to(monkeypatch, "10.9.9.9")
    processor = SqlProcessor({"url": "postgresql://u:p@db.example.org/x", "tables": TABLES})

    with pytest.raises(ProductUnavailable) as caught:
        call(processor, "access", person("access", ("email", "a@b.c")))

    assert caught.value.detail == "sql.address"


def test_no_password_of_the_operator_is_sent(
    monkeypatch: pytest.MonkeyPatch, postgresql: Make
) -> None:
    product = postgresql("CREATE TABLE people (email text)")
    url = make_url(product.url)
    monkeypatch.setenv("PGPASSWORD", str(url.password))
    bare = url.set(password=None).render_as_string()

    [finding] = SqlProcessor({"url": bare, "tables": TABLES}).test_connection()

    assert finding.level == "error"


# --- files -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """The only folder of products; beside it lies what is not meant."""
    folder = tmp_path / "products"
    folder.mkdir()
    (tmp_path / "secret.sqlite").touch()
    (folder / "crm.sqlite").touch()
    (folder / "link.sqlite").symlink_to(tmp_path / "secret.sqlite")
    (folder / "inside.sqlite").symlink_to(folder / "crm.sqlite")
    (folder / "up").symlink_to(tmp_path)
    settings.PRODUCT_FILE_DIRS = [folder]
    return folder


@pytest.mark.parametrize(
    "name", ["crm.sqlite", "inside.sqlite", "../products/crm.sqlite", "./crm.sqlite"]
)
def test_a_file_of_the_folder_is_allowed(folder: Path, name: str) -> None:
    assert refused(f"sqlite:///{folder}/{name}") == ""


@pytest.mark.parametrize(
    "name",
    ["../secret.sqlite", "link.sqlite", "up/secret.sqlite", "none.sqlite", "", ".", "CRM.SQLITE",
     "crm.sqlite?mode=rw", "crm.sqlite?uri=true", "%2e%2e/secret.sqlite", "crm.sqlite%00"],
)  # fmt: skip
def test_what_is_not_a_file_of_the_folder_is_refused(folder: Path, name: str) -> None:
    assert refused(f"sqlite:///{folder}/{name}")


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:",
     "sqlite:///file:{folder}/crm.sqlite?uri=true", "sqlite:///file:{folder}/../secret.sqlite",
     "sqlite:////etc/passwd", "sqlite:///{folder}2/crm.sqlite", "sqlite://host/{folder}/crm.sqlite",
     "sqlite:///secret.sqlite", "sqlite:///crm.sqlite"],
)  # fmt: skip
def test_files_elsewhere_and_no_files_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(folder.parent)

    assert refused(url.format(folder=folder))


def test_a_file_that_became_a_link_elsewhere_is_not_followed(folder: Path, call: Call) -> None:
    processor = SqlProcessor({"url": f"sqlite:///{folder}/crm.sqlite", "tables": TABLES})
    os.replace(folder / "link.sqlite", folder / "crm.sqlite")

    with pytest.raises(ProductUnavailable) as caught:
        call(processor, "access", person("access", ("email", "a@b.c")))

    assert caught.value.detail == "sql.address"


# --- secrets -----------------------------------------------------------------------------------

SECRET = "hunter2%40x%2Fy"  # as written in a URL


@pytest.mark.parametrize(
    "place", ["127.0.0.1:1/x", "10.0.0.1/x", "a..b/x", "h:abc/x", "127.0.0.1:1/x?hostaddr=1"]
)
def test_no_error_shows_the_password(settings: Any, call: Call, place: str) -> None:
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    url = f"postgresql://u:{SECRET}@{place}"
    processor = SqlProcessor({"url": url, "tables": TABLES})

    with pytest.raises(ProductUnavailable) as caught:
        call(processor, "access", person("access", ("email", "a@b.c")))
    told = [
        refused(url),
        str(processor.test_connection()),
        "".join(traceback.format_exception(caught.value, chain=True)),
        repr(caught.value.__context__),
        str(caught.value.params),
    ]

    assert "hunter2" not in " ".join(told)
