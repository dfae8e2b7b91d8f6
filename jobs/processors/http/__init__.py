"""The processor for an organization's own systems, which speak a small signed JSON protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    Identity,
    Named,
    NotHeard,
    Outcome,
    Pending,
    Problem,
    Processor,
)
from jobs.processors.http import answers, checks, document
from jobs.processors.http.protocol import Answered, Client, News, Said, requests_body
from jobs.processors.http.sentences import SENTENCES
from jobs.processors.http.signing import CALLBACK, is_signed
from jobs.rules import outcomes
from jobs.rules.states import Action


class HttpProcessor(Processor):
    """See docs/http-processor.md for the protocol."""

    kind = "http"
    label = gettext_lazy("Your own system (HTTP)")
    purpose = gettext_lazy(
        "Asks a system of yours over HTTPS: a small protocol, with a reference to begin from."
    )
    fields = document.FIELDS
    sentences = SENTENCES
    secret_fields = frozenset(document.SECRETS)
    batch_size = 500

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._namespaces = document.namespaces_of(settings)
        self._secrets = document.secrets_of(settings)
        self._usual = float(settings.get("poll_seconds") or document.POLL_SECONDS)

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        return list(document.problems(settings))

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        names = ", ".join(mapping.get("namespaces") or ()) or _("all identities")
        told = {"host": remote.host_of(mapping.get("url", "")), "names": names}
        if action == Action.ACCESS:
            return [_("Asks %(host)s for what it holds (%(names)s)") % told]
        if action == Action.DELETE:
            return [_("Has %(host)s delete what it holds (%(names)s)") % told]
        return [_("Tells %(host)s the choice (%(names)s)") % told]

    @property
    def actions(self) -> frozenset[str]:
        told = {Action.OPT_OUT} if self.settings.get("opt_out") else set()
        return super().actions | told

    @property
    def namespaces(self) -> frozenset[str] | None:
        return self._namespaces

    def process(self, batch: Batch) -> Iterator[Outcome | Pending]:
        people = [(assignment, self._known(assignment)) for assignment in batch.assignments]
        for assignment, known in people:
            if not known:
                yield self._unknown(assignment)
        sent = [(assignment, known) for assignment, known in people if known]
        if not sent:
            return
        if batch.action != Action.ACCESS:
            batch.begin({a.id: Outcome(a.id, outcomes.SUCCESS) for a, _known in sent})
        client = self._client(batch)
        answered = client.ask("requests", requests_body(batch, sent), Answered)
        for assignment, said in _matched([a for a, _known in sent], answered):
            yield self._told(batch, client, assignment, said)

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        client = self._client(batch)
        answered = client.ask("outcomes", _ids(batch), Answered)
        for assignment, said in _matched(batch.assignments, answered):
            yield self._told(batch, client, assignment, said, polled=True)

    def cancel(self, batch: Batch) -> Iterator[Outcome | Pending]:
        answered = self._client(batch).ask("withdraw", _ids(batch), Answered)
        for assignment, said in _matched(batch.assignments, answered):
            if said.status == "withdrawn":
                yield Outcome(assignment.id, outcomes.SUCCESS)
            else:
                yield Outcome(assignment.id, outcomes.JOB_FAILED, "http.not_withdrawn")

    def hear(self, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        if not is_signed(self._secrets, CALLBACK, headers, body):
            raise NotHeard
        try:
            return msgspec.json.decode(body, type=News).ids
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotHeard from None

    def test_connection(self) -> list[Finding]:
        return list(checks.connection(self.settings))

    def check(self, person: Sequence[Named] = ()) -> Iterator[Finding]:
        return checks.conformance(self.settings, person)

    def _client(self, batch: Batch) -> Client:
        return Client(remote.Caller(self.settings["url"], batch.deadline), self._secrets)

    def _known(self, assignment: Assignment) -> list[Identity]:
        """The identities that this system is to be told."""
        names = self._namespaces
        return [i for i in assignment.identities if names is None or i.namespace in names]

    def _unknown(self, assignment: Assignment) -> Outcome:
        ignored = tuple(i.position for i in assignment.identities)
        return Outcome(assignment.id, outcomes.NAMESPACE_NOT_VALID, ignored=ignored)

    def _told(
        self,
        batch: Batch,
        client: Client,
        assignment: Assignment,
        said: Said,
        *,
        polled: bool = False,
    ) -> Outcome | Pending:
        if said.status == "accepted":
            return answers.pending(assignment, said, self._usual)
        if polled and said.status == "unknown":
            return answers.forgotten(assignment, batch.action)
        known = {identity.position for identity in self._known(assignment)}
        told = answers.outcome(batch, client, assignment, said, known)
        # It was sent before and nobody knows what came of that: see rule 7 of the engine.
        sent_before = assignment.begun and batch.action == Action.DELETE and not polled
        if sent_before and told.code == outcomes.NOT_FOUND:
            return msgspec.structs.replace(told, code=outcomes.SUCCESS, detail="remote.sent_before")
        return told


def _ids(batch: Batch) -> bytes:
    return msgspec.json.encode({"ids": [str(a.id) for a in batch.assignments]})


def _matched(
    assignments: Sequence[Assignment], answered: Answered
) -> Iterator[tuple[Assignment, Said]]:
    """What is said of those that were asked about, each once; the rest is nobody's."""
    asked = {str(assignment.id): assignment for assignment in assignments}
    for said in answered.outcomes:
        if assignment := asked.pop(said.id.lower(), None):
            yield assignment, said
