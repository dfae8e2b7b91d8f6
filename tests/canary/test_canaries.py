"""Values of people and secrets go along every path of a running portal, and stand afterwards in no
log, number, address, message of a task, page of an error, audit log, session or open column."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple
from urllib.parse import quote

import psycopg
import pytest
import redis
from psycopg import sql

from tests.canary import paths_of_people, paths_of_products, paths_of_programs
from tests.canary.paths_of_products import afterwards, documents, far_side, script
from tests.canary.walk import API, Walk, listening
from tests.canary.words import Canary, unpacked
from tests.events.receiver import Receiver, receiving
from tests.faults.installation import Installation, installation
from tests.flows.workers import running, worker
from tests.processors.databases import postgresql_database
from tests.processors.remotes import answering

PATHS = {
    path.__name__: path
    for module in (paths_of_programs, paths_of_people, paths_of_products)
    for path in module.PATHS
}
CANARIES = {name: Canary(name) for name in PATHS}
OPEN = """
    SELECT count(*) FROM jobs_productresponse response
    JOIN jobs_product product ON product.id = response.product_id
    WHERE state NOT IN ('complete', 'error', 'cancelled', 'held')
        AND product.unavailable_since IS NULL
"""
OUTCOMES = """
    SELECT DISTINCT product.code, state, outcome_code FROM jobs_productresponse response
    JOIN jobs_product product ON product.id = response.product_id
"""
# What somebody types as an address comes back in that of the page to sign in on, and of the switch
# of languages, which leads back to it.
THEIR_OWN = {
    ("addresses_that_are_none", place) for place in ("headers", "links", "pages of errors")
}
CONTROL = Canary("control")
LOCAL = {
    "OUTBOUND_ALLOW_HTTP": "true",
    "OUTBOUND_ALLOW_LOOPBACK": "true",
    "PORTAL_UNDO_SECONDS": "0",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "DEBUG",
}


class Told(NamedTuple):
    """Texts by place; secrets that the portal made itself; what was exported; and how responses
    ended: product, state, code."""

    places: dict[str, bytes]
    secrets: set[str]
    exports: bytes
    outcomes: set[tuple[str, str, str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All that the portal told, by place, once every path was gone."""
    folder = tmp_path_factory.mktemp("canaries")
    product = postgresql_database(script(CANARIES.values()))
    with ExitStack() as stack:
        enter = stack.enter_context
        remote = enter(answering(far_side))
        portal = enter(
            installation(
                folder,
                product,
                "tests.canary.founding",
                PRODUCTS=json.dumps(documents(product, remote)),
                EMAIL_URL=f"file:///{folder}/mails",
                **LOCAL,
            )
        )
        heard = enter(listening(portal))
        enter(portal.workers())
        enter(running(folder, [worker("deliver", 1)], portal.environment))
        receiver = enter(receiving())
        walk = Walk(portal, folder, stack)
        register(walk, receiver)
        for name, path in PATHS.items():
            path(walk, CANARIES[name])
        walk.until(lambda: portal.query(OPEN) == [(0,)])
        afterwards(walk)
        walk.until(lambda: len(receiver.posts) > 5)
        look_around(walk)
        leave_controls(walk)
        exports = b"".join(walk.told.pop("exports"))
        found = {place: unpacked(b"\n".join(texts)) for place, texts in walk.told.items()}
        found |= {**logs(portal), "valkey": b"".join(heard), "tables": tables(portal)}
        found["events"] = b"\n".join(one.body for one in receiver.got)
        yield Told(found, walk.secrets, exports, set(portal.query(OUTCOMES)))


def register(walk: Walk, receiver: Receiver) -> None:
    body = {"name": "warehouse", "url": receiver.url}
    answer = walk.program.post(f"{API}/webhooks", json=body)
    assert answer.status_code == 200, answer.text
    walk.secrets.add(answer.json()["secret"])


def look_around(walk: Walk) -> None:
    """The pages of those who look after the installation."""
    walk.note("numbers", walk.stranger.get("/metrics").content)
    walk.note("numbers", walk.stranger.get("/readyz").content)
    page = walk.administrator.get("/audit/")
    assert page.status_code == 200
    walk.note("audit log", page.content)
    walk.note("audit log", walk.administrator.get("/audit/export.csv").content)
    index = walk.operator.get("/admin/")
    assert index.status_code == 200
    for name in sorted(set(walk.models(index.text))):
        walk.note("admin", walk.operator.get(name).content)


def leave_controls(walk: Walk) -> None:
    """A value is told on purpose: in a log, a message and a row."""
    written = f"import logging; logging.getLogger('x').warning('{CONTROL.email}')"
    walk.command("shell", "-c", written)
    with redis.Redis.from_url(walk.portal.valkey.url) as client:
        client.set("key", base64.b64encode(f"x{CONTROL.email}".encode()))
    walk.portal.run(f"INSERT INTO jobs_heartbeat VALUES ('{CONTROL.email}', now())")


def logs(portal: Installation) -> dict[str, bytes]:
    """Of web server, workers, scheduler, PostgreSQL and Valkey."""
    names = ("web.log", "workers.log", "postgres/server.log", "valkey/server.log")
    return {name: (portal.folder / name).read_bytes() for name in names}


def tables(portal: Installation) -> bytes:
    """Every row of ours, as text."""
    texts = []
    with psycopg.connect(portal.postgres.url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (name,) in names:
            query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
            with connection.cursor().copy(query) as rows:
                texts += [name.encode() + b"\t" + bytes(row) for row in rows]
    return unpacked(b"".join(texts))


@pytest.mark.parametrize("path", PATHS)
def test_what_goes_along_a_path_is_told_nowhere(told: Told, path: str) -> None:
    canary = CANARIES[path]

    found = {
        place: told_of(text, canary)
        for place, text in told.places.items()
        if canary.is_in(text) and (path, place) not in THEIR_OWN
    }

    assert found == {}


def test_what_is_told_on_purpose_is_found(told: Told) -> None:
    found = {place for place, text in told.places.items() if CONTROL.is_in(text)}

    assert found == {"commands", "valkey", "tables"}


@pytest.mark.parametrize(
    "written",
    [
        CONTROL.email.upper().encode(),
        CONTROL.name.encode(),
        quote(f"?q={CONTROL.name}").encode(),
        base64.b64encode(CONTROL.email.encode()),
        base64.b64encode(f"..{CONTROL.name}".encode()),
        rf"\x{CONTROL.email.encode().hex()}".encode(),
        unpacked(base64.urlsafe_b64encode(zlib.compress(f"{{{CONTROL.email}}}".encode()))),
    ],
)
def test_a_value_is_found_in_every_form(written: bytes) -> None:
    assert CONTROL.is_in(b"before " + written + b" after")
    assert not Canary("other").is_in(written)


SPOKEN = {
    "web.log": (b"request.submitted", b"request_failed", b"job_ids"),
    "workers.log": (b"batch.done", b"woken_by", b"raised unexpected", b"product.unavailable"),
    "postgres/server.log": (b"ready to accept connections",),
    "valkey/server.log": (b"",),
    "valkey": (b"jobs.work", b"jobs.deliver", b"rate:"),
    "tables": (b"request.submit", b"django_", b"person.find"),
    "events": (b"specversion",),
    "numbers": (b"portal_jobs_open",),
    "headers": (b"location", b"x-request-id"),
    "links": (b"/jobs/",),
    "pages of errors": (b"There is nothing here", b"Nothing was stored"),
    "audit log": (b"an identity shown", b"request.submit", b"task.answer"),
    "admin": (b"change-list",),
    "commands": (b"is not JSON",),
}


def test_there_was_something_to_be_found_everywhere(told: Told) -> None:
    silent = {
        place: word
        for place, words in SPOKEN.items()
        for word in words
        if word not in told.places[place]
    }

    assert silent == {}
    assert set(told.places) == set(SPOKEN)


def test_products_did_fail_with_the_values_in_their_errors(told: Told) -> None:
    failed = {code for code, state, _code in told.outcomes if state == "error"}

    assert failed == {"bank", "guard", "chatty"}
    assert ("crm", "complete", "6000-200") in told.outcomes


def told_of(text: bytes, canary: Canary) -> list[bytes]:
    """The lines that tell."""
    return [line[:1500] for line in text.split(b"\n") if canary.is_in(line)][:5]


def test_no_secret_of_the_portals_own_making_is_told(told: Told) -> None:
    assert len(told.secrets) >= 4

    found = {
        place: secret
        for place, text in told.places.items()
        for secret in told.secrets
        if secret.encode() in text
    }

    assert found == {}


def test_no_identity_is_exported_in_clear(told: Told) -> None:
    assert CANARIES["api_submit"].is_in(told.exports), "keys are, for who may reveal them"

    assert [name for name, one in CANARIES.items() if one.email.encode() in told.exports] == []
