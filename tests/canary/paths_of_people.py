"""Where people bring values: forms, files, searches, signing in, and addresses that are none."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.canary.paths_of_programs import ORGANIZATION
from tests.canary.walk import Walk
from tests.canary.words import Canary

HTMX = {"HX-Request": "true"}
CSV = "key,email,action,regulation,products\n"


def form(canary: Canary, *lines: str, **changes: Any) -> dict[str, Any]:
    return {
        "regulation": "gdpr",
        "received_on": "2026-01-31",
        "channel": "form",
        "external_reference": "17",
        "actions": ["access"],
        "products": ["crm"],
        "namespace": "email",
        "people": "\n".join(lines or [canary.email]),
        **changes,
    }


def form_submit(walk: Walk, canary: Canary) -> None:
    answer = walk.post(walk.officer, "/requests/new/", form(canary))
    assert answer.status_code == 302, answer.text
    answer = walk.post(
        walk.officer,
        "/requests/new/",
        form(canary, actions=["delete"], confirm="delete 1 person"),
    )
    assert answer.status_code == 302


def form_errors(walk: Walk, canary: Canary) -> None:
    lines = (f"{canary.word}@", f"email: {canary.word} {canary.word}", f"{canary.word}: x")
    odd = form(
        canary, *lines, regulation=canary.word, products=[canary.word], received_on=canary.word
    )
    for sent in (form(canary, *lines), odd, form(canary, actions=["delete"], confirm=canary.email)):
        assert walk.post(walk.officer, "/requests/new/", sent).status_code == 422
        walk.post(walk.officer, "/requests/new/", sent, headers=HTMX)
        walk.post(walk.officer, "/requests/new/people/", sent, headers=HTMX)


def form_draft(walk: Walk, canary: Canary) -> None:
    number = str(uuid4())
    sent = form(canary, draft_id=number, actions=["delete"])
    assert walk.post(walk.officer, "/requests/drafts/", sent, headers=HTMX).status_code == 200
    assert walk.officer.get(f"/requests/new/?draft={number}").status_code == 200
    walk.post(walk.officer, f"/requests/drafts/{number}/count/", sent, headers=HTMX)


def upload(walk: Walk, canary: Canary, name: str, body: str) -> str:
    """Where its page is."""
    files = {"files": (name, body.encode(), "text/plain")}
    answer = walk.post(walk.officer, "/uploads/", {}, files=files)
    assert answer.status_code == 302, answer.text
    page = walk.officer.get("/uploads/").text
    numbers = re.findall(r"/uploads/([0-9a-f-]{36})/", page)
    assert numbers
    return f"/uploads/{numbers[0]}/"


def upload_good(walk: Walk, canary: Canary) -> None:
    body = f"{CSV}{canary.name},{canary.email},access,gdpr,crm\n"
    place = upload(walk, canary, f"{canary.word}.csv", body)
    review = walk.officer.get(f"{place}review/")
    assert review.status_code == 200, review.headers
    revision = re.findall(r'name="revision" value="(\d+)"', review.text)[0]
    sent = walk.post(walk.officer, f"{place}review/", {"revision": revision})
    assert sent.status_code == 302


def upload_bad(walk: Walk, canary: Canary) -> None:
    rows = f"{canary.word},{canary.word},{canary.word},{canary.word},{canary.word}\n" * 2
    for name, body in (
        (f"{canary.word}.csv", CSV + rows),
        ("odd.csv", f"{canary.word},{canary.word} x\n{rows}"),
        ("cut.csv", f'{CSV}"{canary.word}\n'),
        (f"{canary.word}.json", f'{{"users": [{{"key": "{canary.email}", "{canary.word}": ['),
        ("wrong.json", f'{{"users": [{{"key": ["{canary.email}"]}}], "{canary.word}": 1}}'),
    ):
        place = upload(walk, canary, name, body)
        assert walk.officer.get(f"{place}problems.csv").status_code == 200
        columns = {"column-0": canary.word, "column-1": "", "action": canary.word}
        walk.post(walk.officer, f"{place}columns/", columns)
        walk.post(walk.officer, f"{place}review/", {"revision": canary.word})
        assert walk.post(walk.officer, f"{place}discard/", {}).status_code == 302


def upload_files_that_are_none(walk: Walk, canary: Canary) -> None:
    for files in (
        {"files": (canary.word, b"", "text/plain")},
        {canary.word: (canary.word, canary.email.encode(), canary.word)},
    ):
        assert walk.post(walk.officer, "/uploads/", {}, files=files).status_code == 422


def searches(walk: Walk, canary: Canary) -> None:
    for path, field in (
        ("/search/", "q"),
        ("/jobs/search/", "q"),
        ("/people/", "who"),
        ("/consent/search/", "q"),
    ):
        for text in (canary.email, canary.name, f"loyalty: {canary.word}"):
            walk.post(walk.officer, path, {field: text})
            walk.post(walk.officer, path, {field: text}, headers=HTMX)


def consent_form(walk: Walk, canary: Canary) -> None:
    sent = {
        "choice": "out",
        "channel": "phone",
        "received_on": "2026-01-31",
        "namespace": "email",
        "values": canary.email,
    }
    assert walk.post(walk.officer, "/consent/new/", sent).status_code == 302
    wrong = {**sent, "values": f"{canary.word}@ @", "received_on": canary.word}
    assert walk.post(walk.officer, "/consent/new/", wrong).status_code == 422


def sign_in(walk: Walk, canary: Canary) -> None:
    client = walk.client(Referer=walk.portal.url)
    client.get("/accounts/login/")
    for sent in (
        {"login": canary.email, "password": canary.word},
        {"login": "officer@example.org", "password": canary.word},
        {"login": f"{canary.word}@", "password": canary.word, "next": f"/{canary.word}/"},
    ):
        assert walk.post(client, "/accounts/login/", sent).status_code == 200
    walk.post(client, "/accounts/password/reset/", {"email": canary.email})
    walk.post(client, "/accounts/signup/", {"email": canary.email, "password1": canary.word})


def without_token(walk: Walk, canary: Canary) -> None:
    sent = form(canary, csrfmiddlewaretoken=canary.word)
    answer = walk.officer.post("/requests/new/", data=sent)
    assert answer.status_code == 403
    answer = walk.officer.post(f"/{canary.word}/", data=sent)
    assert answer.status_code in (403, 404)


def addresses_that_are_none(walk: Walk, canary: Canary) -> None:
    for client in (walk.officer, walk.stranger):
        for path in (
            f"/{canary.word}/",
            f"/{canary.email}",
            f"/people/{canary.email}/",
            f"/jobs/{canary.word}/",
            f"/invitations/{canary.word}/",
            f"/accounts/password/reset/key/1-{canary.word}/",
            f"/accounts/confirm-email/{canary.word}/",
            f"/static/{canary.word}.css",
            f"/admin/{canary.word}/",
            f"/admin/jobs/job/{canary.word}/change/",
        ):
            client.get(path)
    for name in ("q", "after", "found", "file", "draft", "status", "regulation", canary.word):
        for path in ("/", "/people/", "/consent/", "/requests/", "/uploads/", "/requests/new/"):
            walk.officer.get(path, params={name: canary.word})


def unfit_requests(walk: Walk, canary: Canary) -> None:
    host = urlsplit(walk.portal.url).netloc.encode()
    word = canary.word.encode()
    for request in (
        b"GET /%b HTTP/9.9\r\nHost: %b\r\n\r\n" % (word, host),
        b"%b\r\n\r\n" % word,
        b"GET / HTTP/1.1\r\nHost: %b.example\r\nConnection: close\r\n\r\n" % word,
        b"GET / HTTP/1.1\r\nHost: %b\r\n%b %b: 1\r\n\r\n" % (host, word, word),
        b"POST / HTTP/1.1\r\nHost: %b\r\nContent-Length: %b\r\n\r\n" % (host, word),
    ):
        walk.raw(request)


def products_set_up(walk: Walk, canary: Canary) -> None:
    """Settings with secrets, good and bad, tried and stored."""
    secret = f"postgresql://portal:{canary.word}@127.0.0.1:1/{canary.word}"
    tables = '{"people": {"identities": [{"namespace": "email", "column": "email"}]}}'
    sent = {"code": "typed", "display_name": "Typed", "s-url": secret, "s-tables": tables}
    sent["s-hash_key"] = canary.word
    new = "/products/new/sql/"
    for more in (
        {"test": "1"},
        {"look": "1"},
        {"s-url": f"odd://{canary.word}"},
        {"s-tables": "{"},
    ):
        assert walk.post(walk.administrator, new, {**sent, **more}).status_code == 200
    assert walk.post(walk.administrator, new, sent).status_code in (200, 302)
    wrong = {"code": "gone", "s-url": f"https://{canary.word}.invalid/", "s-secret": canary.word}
    walk.post(walk.administrator, "/products/new/http/", {**wrong, "test": "1"})


def commands(walk: Walk, canary: Canary) -> None:
    """What is in a document or a file comes in no answer either: terminals are logged too."""
    document = f'{{"url": "postgresql://x:{canary.word}@127.0.0.1:1/x", "tables": {{"t": {{'
    arguments = ("add_product", ORGANIZATION, "typed", "--document", "-")
    assert walk.command(*arguments, given=document.encode()).returncode
    assert walk.command(*arguments, given=f"{document}}}}}}}".encode()).returncode
    asked = ("--regulation", "gdpr", "--actions", "access", "delete", "--products", "crm", "--yes")
    people = f"{canary.name} | {canary.email}".encode()
    submitted = walk.command("submit_request", ORGANIZATION, *asked, given=people)
    assert not submitted.returncode, submitted.stderr


PATHS = (
    form_submit,
    form_errors,
    form_draft,
    upload_good,
    upload_bad,
    upload_files_that_are_none,
    searches,
    consent_form,
    sign_in,
    without_token,
    addresses_that_are_none,
    unfit_requests,
    products_set_up,
    commands,
)
