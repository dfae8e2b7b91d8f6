"""“Test connection”, and the conformance of a running endpoint: what passed and what to mend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from django.utils.translation import gettext as _

from jobs.processors import remote
from jobs.processors.base import (
    Assignment,
    BadData,
    Batch,
    Finding,
    Identity,
    Named,
    ProductUnavailable,
)
from jobs.processors.http import document, signing
from jobs.processors.http.answers import digest_of
from jobs.processors.http.protocol import (
    VERSION,
    Answered,
    Checked,
    Client,
    Said,
    requests_body,
)
from jobs.processors.names import FileNames
from jobs.rules import outcomes
from jobs.rules.states import Action

SECONDS = 20.0
CHECK_SECONDS = 300.0
POLLS, POLL_PAUSE = 20, 1.0
STATUSES = {"done", "partial", "not_found", "unknown_namespace", "accepted", "error"}

Check = Callable[["Endpoint"], Iterator[Finding]]


def connection(settings: Mapping[str, Any]) -> Iterator[Finding]:
    """What the system tells of itself, against what the settings say."""
    client = Client.of(settings, SECONDS)
    try:
        checked = client.ask("check", _check_body(), Checked)
    except (ProductUnavailable, BadData, TimeoutError) as error:
        yield _failure(error, client)
        return
    name = checked.name[:100] if checked.name.isprintable() else ""
    told = {"name": name or client.caller.host, "version": checked.version}
    if checked.version != VERSION:
        yield Finding("error", _("%(name)s speaks version %(version)s; we speak 1.") % told, "url")
        return
    yield Finding("ok", _("%(name)s answers, and is who it should be.") % told)
    yield from _differences(settings, checked)


def _differences(settings: Mapping[str, Any], checked: Checked) -> Iterator[Finding]:
    for action in (Action.ACCESS, Action.DELETE):
        if action not in checked.actions:
            told = _("It does not do this: %(action)s.") % {"action": action.label}
            yield Finding("error", told, "url")
    if settings.get("opt_out") and Action.OPT_OUT not in checked.actions:
        yield Finding("error", _("It does not take opt-outs of sale."), "opt_out")
    known = {name.lower() for name in checked.namespaces}
    given = document.namespaces_of(settings) or frozenset()
    for name in sorted(given - known) if known else ():
        told = _("It does not know the namespace %(name)s.") % {"name": name}
        yield Finding("warning", told, "namespaces")


def _check_body() -> bytes:
    return msgspec.json.encode({"version": VERSION})


def _failure(error: Exception, client: Client) -> Finding:
    if isinstance(error, ProductUnavailable | BadData):
        return Finding("error", outcomes.detail(error.detail, error.params), "url")
    return remote.told(remote.unavailable("timeout", client.caller.base))


# --- conformance -------------------------------------------------------------------------------


class Endpoint:
    """A running endpoint while it is checked. `person` exists there; the others do not."""

    def __init__(self, settings: Mapping[str, Any], person: Sequence[Named]) -> None:
        self.settings, self.person = settings, person
        self.client = Client.of(settings, CHECK_SECONDS)
        self.namespace = next(iter(sorted(document.namespaces_of(settings) or ())), "email")

    def nobody(self, action: str) -> Assignment:
        value = f"nobody-{uuid4().hex}@example.invalid"
        return Assignment(uuid4(), action, (Identity(0, self.namespace, value),))

    def somebody(self) -> Assignment:
        given = tuple(Identity(n, name, value) for n, (name, value) in enumerate(self.person))
        return Assignment(uuid4(), Action.ACCESS, given)

    def ask(self, *assignments: Assignment) -> list[Said]:
        batch = Batch(assignments[0].action, assignments, 0, lambda _told: None, _no_content)
        body = requests_body(batch, [(a, a.identities) for a in assignments])
        answered: Answered = self.client.ask("requests", body, Answered)
        return answered.outcomes

    def about(self, what: str, *ids: str) -> list[Said]:
        answered: Answered = self.client.ask(what, msgspec.json.encode({"ids": ids}), Answered)
        return answered.outcomes

    def settled(self, said: Said) -> Said:
        """What becomes of an answer that is given later."""
        for _again in range(POLLS):
            if said.status != "accepted":
                break
            time.sleep(POLL_PAUSE)
            [said] = self.about("outcomes", said.id)
        return said

    def status(self, what: str, body: bytes, headers: Mapping[str, str]) -> int:
        return self.client.post(self.client.caller.url(what), headers, body).status


def _no_content(_assignment_id: Any) -> Any:
    raise NotImplementedError


def conformance(settings: Mapping[str, Any], person: Sequence[Named]) -> Iterator[Finding]:
    found = list(connection(settings))
    yield from found
    if found[0].level == "error":
        return
    endpoint = Endpoint(settings, person)
    for check in (*CHECKS, *([access_of_somebody] if person else ())):
        try:
            yield from check(endpoint)
        except (ProductUnavailable, BadData, TimeoutError) as error:
            why = _failure(error, endpoint.client).message
            told = {"check": check.__name__.replace("_", " "), "why": why}
            yield Finding("error", _("%(check)s: %(why)s") % told)


def _judged(passed: bool, good: str, bad: str) -> Finding:
    return Finding("ok", good) if passed else Finding("error", bad)


def signatures(endpoint: Endpoint) -> Iterator[Finding]:
    body, secrets = _check_body(), endpoint.client.secrets
    tried: list[tuple[str, Mapping[str, str]]] = [
        (_("no signature"), {}),
        (_("a wrong secret"), signing.signed(["x" * 40], "check", body)),
        (_("a signature of another path"), signing.signed(secrets, "outcomes", body)),
        (_("a signature of another body"), signing.signed(secrets, "check", b"{}")),
        (_("a time of an hour ago"), signing.signed(secrets, "check", body, seconds_ago=3600)),
    ]
    for name, headers in tried:
        status = endpoint.status("check", body, headers)
        told = {"name": name, "status": status}
        yield _judged(
            status in (401, 403),
            _("It refuses %(name)s.") % told,
            _("With %(name)s it answers %(status)s: answer 401, and do nothing.") % told,
        )
    for number, secret in enumerate(secrets if len(secrets) > 1 else ()):
        status = endpoint.status("check", body, signing.signed([secret], "check", body))
        told = {"number": number + 1}
        yield _judged(
            status == 200,
            _("It takes secret %(number)s alone.") % told,
            _("It does not take secret %(number)s alone: take both while one is replaced.") % told,
        )


def bodies_that_are_no_requests(endpoint: Endpoint) -> Iterator[Finding]:
    for body in (b"{", b"[]", b'{"version":1,"action":"dance","requests":[]}'):
        headers = signing.signed(endpoint.client.secrets, "requests", body)
        status = endpoint.status("requests", body, headers)
        told = {"body": body.decode(), "status": status}
        yield _judged(
            status in (400, 422),
            _("It refuses the body %(body)s.") % told,
            _("To the body %(body)s it answers %(status)s: answer 400 or 422.") % told,
        )


def people_that_do_not_exist(endpoint: Endpoint) -> Iterator[Finding]:
    for action in (Action.ACCESS, Action.DELETE):
        asked = [endpoint.nobody(action) for _number in range(3)]
        said = endpoint.ask(*asked)
        label = {"action": action.label}
        yield _judged(
            sorted(one.id for one in said) == sorted(str(a.id) for a in asked),
            _("%(action)s: each id is answered once.") % label,
            _("%(action)s: answer each id that you are asked about, once.") % label,
        )
        unknown = sorted({one.status for one in said} - STATUSES)
        yield _judged(
            not unknown,
            _("%(action)s: its statuses are known.") % label,
            _("%(action)s: not a status: %(words)s.")
            % {**label, "words": ", ".join(map(remote.word, unknown))},
        )
        ends = {endpoint.settled(one).status for one in said}
        yield _judged(
            ends == {"not_found"},
            _("%(action)s: who does not exist is not found.") % label,
            _("%(action)s: say not_found of who does not exist, not %(words)s.")
            % {**label, "words": ", ".join(map(remote.word, sorted(ends)))},
        )


def the_same_id_again(endpoint: Endpoint) -> Iterator[Finding]:
    asked = endpoint.nobody(Action.DELETE)
    first, again = (endpoint.settled(endpoint.ask(asked)[0]) for _time in range(2))
    yield _judged(
        (first.status, first.records) == (again.status, again.records),
        _("Asked again with the same id, it gives the same answer."),
        _("Asked again with the same id, it answers otherwise: keep your answers by id."),
    )


def ids_that_were_never_asked(endpoint: Endpoint) -> Iterator[Finding]:
    [said] = endpoint.about("outcomes", str(uuid4()))
    yield _judged(
        said.status == "unknown",
        _("Of an id that it never saw it says so."),
        _("Of an id that you never saw, say the status unknown."),
    )
    [said] = endpoint.about("withdraw", str(uuid4()))
    yield _judged(
        said.status != "withdrawn",
        _("It withdraws nothing that it does not have."),
        _("Say too_late of what you cannot withdraw, also of an id that you never saw."),
    )


def access_of_somebody(endpoint: Endpoint) -> Iterator[Finding]:
    said = endpoint.settled(endpoint.ask(endpoint.somebody())[0])
    yield _judged(
        said.status in ("done", "partial") and bool(said.files),
        _("Access of the person that you named gives files."),
        _("Access of the person that you named gives no files: its status is %(status)s.")
        % {"status": remote.word(said.status)},
    )
    names = FileNames()
    for file in said.files:
        told = {"name": names.safe(file.name)}
        yield _judged(
            told["name"] == file.name,
            _("The name %(name)s is kept.") % told,
            _("A name is not safe, or there twice: it becomes %(name)s.") % told,
        )
        if file.path:
            yield from _downloaded(endpoint, file.path, file.sha256)


def _downloaded(endpoint: Endpoint, path: str, sha256: str) -> Iterator[Finding]:
    try:
        found = digest_of(endpoint.client, path)
    except remote.FileFailed as error:
        yield Finding("error", _("A file cannot be downloaded: %(why)s.") % {"why": error.why})
        return
    yield _judged(
        found == sha256.lower(),
        _("The download is what its sha256 says."),
        _("The download is not what its sha256 says."),
    )


CHECKS: Sequence[Check] = (
    signatures,
    bodies_that_are_no_requests,
    people_that_do_not_exist,
    the_same_id_again,
    ids_that_were_never_asked,
)
