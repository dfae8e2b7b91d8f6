"""Where products bring values: in what they hold, and in the texts of their errors; and our own
database, whose errors hold values too."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.canary.founding import PEOPLE
from tests.canary.paths_of_people import HTMX, form
from tests.canary.paths_of_programs import asked, send, submit
from tests.canary.walk import API, Walk
from tests.canary.words import Canary
from tests.processors.databases import Database
from tests.processors.remotes import SECRET, Answer

TABLES = """
    CREATE TABLE people (id serial PRIMARY KEY, email text UNIQUE, note text);
    CREATE TABLE accounts (email text PRIMARY KEY);
    CREATE TABLE letters (email text REFERENCES accounts);
    CREATE TABLE guarded (email text PRIMARY KEY);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'nobody deletes %', OLD.email; END $$;
    CREATE TRIGGER guard BEFORE DELETE ON guarded FOR EACH ROW EXECUTE FUNCTION refuse();
    CREATE TABLE numbered (number int PRIMARY KEY);
"""
INSERT = """
    WITH a AS (INSERT INTO people (email, note) VALUES (%(email)s, %(word)s)),
        b AS (INSERT INTO accounts VALUES (%(email)s)),
        c AS (INSERT INTO guarded VALUES (%(email)s))
    INSERT INTO letters VALUES (%(email)s)
"""


ARCHIVE = {"access_instructions": "Look there.", "delete_instructions": "Shred it."}
LINK = """
from jobs.models import OutsideWorker
from jobs.services.task_links import link
print(link(OutsideWorker.objects.get()))
"""


def script(canaries: Iterable[Canary]) -> str:
    return TABLES + "".join(
        INSERT.replace("%(email)s", f"'{one.email}'").replace("%(word)s", f"'{one.word}'") + ";"
        for one in canaries
    )


def documents(database: Database, remote: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Code → processor and settings."""
    plain = {"identities": PEOPLE}
    gone = f"postgresql://portal:{Canary('product_down').word}@127.0.0.1:1/crm"
    number = {"identities": [{"namespace": "email", "column": "number"}]}
    return {
        "crm": ("sql", database.document({"people": plain})),
        "bank": ("sql", database.document({"accounts": plain})),
        "guard": ("sql", database.document({"guarded": plain})),
        "numbers": ("sql", database.document({"numbered": number})),
        "paper": ("manual", {**ARCHIVE, "outside": ["archive@example.org"]}),
        "down": ("sql", {"url": gone, "tables": {"people": plain}}),
        **{
            code: ("http", {"url": f"{remote}/{code}", "secret": SECRET})
            for code in ("chatty", "angry", "unsigned", "cut")
        },
    }


def far_side(_method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """A system that repeats whatever it is told, wherever it can."""
    from jobs.processors.http.signing import signed

    echo = body.decode()
    if "chatty" in path:
        said = {"status": "error", "reason": echo, "message": echo}
        ids = [one["id"] for one in json.loads(body).get("requests", ())]
        told = json.dumps({"outcomes": [{"id": one, **said} for one in ids], echo: echo}).encode()
        return 200, signed([SECRET], headers["portal-signature"], told), told
    if "angry" in path:
        return 500, {"X-Echo": json.dumps(echo)[:2000]}, body
    return 200, {}, body if "unsigned" in path else body[:-20]


def constraint(walk: Walk, canary: Canary) -> None:
    """“Key (email)=(…) is still referenced”."""
    submit(walk, canary, "bank", actions=("delete",))


def trigger(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "guard", actions=("delete",))


def value_of_another_type(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "numbers", actions=("access", "delete"))


def product_down(walk: Walk, canary: Canary) -> None:
    """The canary is its password too."""
    submit(walk, canary, "down", actions=("delete",))


def remote_chatty(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "chatty", actions=("access", "delete"))


def remote_angry(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "angry", actions=("access",))


def remote_unsigned(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "unsigned", actions=("access",))


def remote_cut(walk: Walk, canary: Canary) -> None:
    submit(walk, canary, "cut", actions=("delete",))


def callbacks(walk: Walk, canary: Canary) -> None:
    number = walk.portal.query("SELECT public_id FROM jobs_product WHERE code = 'chatty'")[0][0]
    sent = json.dumps({"ids": [canary.email], canary.word: canary.word}).encode()
    headers = {"Portal-Signature": canary.word, "Portal-Timestamp": canary.word}
    assert walk.stranger.post(f"/callbacks/{number}/", content=sent, headers=headers).is_error


def tasks_of_people(walk: Walk, canary: Canary) -> None:
    """One seen to by an officer, one by whoever holds the link, which stands in no log either."""
    submit(walk, canary, "paper", actions=("access",))
    submit(walk, canary, "paper", actions=("delete",))
    asked_for = "SELECT public_id FROM jobs_manualtask ORDER BY action"
    walk.until(lambda: len(walk.portal.query(asked_for)) == 2)
    [(access,), (delete,)] = walk.portal.query(asked_for)
    told = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", LINK],
        env=walk.portal.whole_environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    link = urlsplit(told.strip()).path
    files = {"file": (f"{canary.word}.txt", canary.email.encode(), canary.word)}
    answer = walk.post(walk.officer, f"/tasks/{access}/files/", {}, files=files)
    assert answer.status_code == 302
    see_to(walk, walk.officer, f"/tasks/{access}/", canary)
    visitor = walk.client(Referer=walk.portal.url)
    assert visitor.get(link).status_code == 200
    see_to(walk, visitor, f"{link}{delete}/", canary)
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in walk.log + (walk.portal.folder / "web.log").read_text()


def see_to(walk: Walk, client: httpx.Client, place: str, canary: Canary) -> None:
    assert client.get(place).status_code == 200
    assert canary.email in walk.post(client, f"{place}reveal/", {}).text
    odd = {"answer": canary.word, "records": canary.word, "refusal": canary.word}
    assert walk.post(client, f"{place}answer/", odd).status_code == 422
    done = {"answer": "done", "text": f"Found {canary.name}"}
    assert walk.post(client, f"{place}answer/", done).status_code == 302
    assert canary.name in client.get(place).text


REFUSING = """
    CREATE FUNCTION refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'Key (value)=({text}) exists' USING DETAIL = '{text}'; END $$;
    CREATE TRIGGER refuse_all BEFORE {what} FOR EACH ROW EXECUTE FUNCTION refuse_all();
"""


@contextmanager
def our_database_refuses(walk: Walk, what: str, text: str) -> Iterator[None]:
    """With a text of the error that holds the value, as PostgreSQL's own have them."""
    walk.portal.run(REFUSING.format(what=what, text=text))
    try:
        yield
    finally:
        walk.portal.run("DROP FUNCTION refuse_all CASCADE")


def our_own_faults(walk: Walk, canary: Canary) -> None:
    """The page and the answer of a fault, and a task that fails."""
    with our_database_refuses(walk, "INSERT ON jobs_privacyrequest", canary.email):
        assert send(walk, asked(canary)).status_code == 500
        sent = form(canary)
        assert walk.post(walk.officer, "/requests/new/", sent).status_code == 500
        assert walk.post(walk.officer, "/requests/new/", sent, headers=HTMX).status_code == 200
    with our_database_refuses(walk, "UPDATE ON jobs_eventbatch", canary.email):
        submit(walk, canary, "crm", actions=("access",))
        walk.until(lambda: "InternalError" in walk.log or "RaiseException" in walk.log)


def packages(walk: Walk, canary: Canary) -> None:
    """Asked for first; looked at in `afterwards`."""
    submit(walk, canary, "crm", actions=("access",))


def afterwards(walk: Walk) -> None:
    """When all is done: every page and file of each job, person and request."""
    jobs = walk.portal.query("SELECT public_id FROM jobs_job ORDER BY id")
    for (number,) in jobs[:40]:
        for place in ("", "export/", "package/", "package/crm/", "package/crm/download/"):
            walk.officer.get(f"/jobs/{number}/{place}")
        walk.program.get(f"{API}/jobs/{number}")
        walk.program.get(f"{API}/jobs/{number}/content")
        walk.post(walk.officer, f"/jobs/{number}/identities/0/reveal/", {})
    for (number,) in walk.portal.query("SELECT public_id FROM jobs_datasubject ORDER BY id"):
        walk.officer.get(f"/people/{number}/")
        walk.note("exports", walk.officer.get(f"/people/{number}/export.csv").content)
        walk.post(walk.officer, f"/people/{number}/request/", {})
    for (number,) in walk.portal.query("SELECT public_id FROM consent_consentrecord"):
        walk.officer.get(f"/consent/{number}/")
        walk.post(walk.officer, f"/consent/{number}/reveal/", {})
    for path in ("/jobs/export.csv", "/consent/export.csv"):
        walk.note("exports", walk.officer.get(path).content)


def notes(walk: Walk, canary: Canary) -> None:
    [(number,)] = walk.portal.query("SELECT public_id FROM jobs_privacyrequest ORDER BY id LIMIT 1")
    place = f"/requests/{number}/"
    assert walk.post(walk.officer, f"{place}notes/", {"text": canary.email}).status_code == 302
    body = canary.email.encode()
    files = {"file": (f"{canary.word}.txt", body, canary.word)}
    assert walk.post(walk.officer, f"{place}attachments/", {}, files=files).status_code == 302
    long = canary.email * 1000
    assert walk.post(walk.officer, f"{place}notes/", {"text": long}).status_code == 422
    [(item,)] = walk.portal.query("SELECT public_id FROM jobs_requestattachment")
    assert walk.officer.get(f"{place}attachments/{item}/").content == body
    assert walk.officer.get(place).status_code == 200


PATHS = (
    constraint,
    trigger,
    value_of_another_type,
    product_down,
    remote_chatty,
    remote_angry,
    remote_unsigned,
    remote_cut,
    callbacks,
    packages,
    tasks_of_people,
    notes,
    our_own_faults,
)
