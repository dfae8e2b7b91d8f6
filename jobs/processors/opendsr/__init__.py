"""The processor for services that speak OpenDSR 2.0, formerly OpenGDPR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from django.conf import settings as portal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    NotHeard,
    Outcome,
    Pending,
    Problem,
    Processor,
)
from jobs.processors.opendsr import answers, certificates, checks, document
from jobs.processors.opendsr.protocol import REFUSED, Client, News, sent_identities
from jobs.processors.opendsr.sentences import SENTENCES
from jobs.rules import outcomes
from jobs.rules.states import Action


class OpenDsrProcessor(Processor):
    """See docs/opendsr-processor.md."""

    kind = "opendsr"
    label = gettext_lazy("OpenDSR (OpenGDPR)")
    purpose = gettext_lazy(
        "Sends requests, one by one, to a service that speaks the OpenDSR specification."
    )
    icon = "link"
    fields = document.FIELDS
    sentences = SENTENCES
    secret_fields = frozenset(document.SECRETS)
    batch_size = 50  # each is a call of its own

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._types = document.identity_types(settings)
        self._usual = float(settings.get("poll_seconds") or document.POLL_SECONDS)

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        return list(document.problems(settings))

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        names = sorted({one.type for one in document.identity_types(mapping)})
        told = {"host": remote.host_of(mapping.get("url", "")), "names": ", ".join(names)}
        if action == Action.ACCESS:
            return [_("Asks %(host)s for what it holds (%(names)s)") % told]
        return [_("Has %(host)s delete what it holds (%(names)s)") % told]

    @property
    def actions(self) -> frozenset[str]:
        does = self.settings.get("does") or document.BOTH
        only = {document.ACCESS: Action.ACCESS, document.ERASURE: Action.DELETE}
        return frozenset({only[does]}) if does in only else super().actions

    @property
    def namespaces(self) -> frozenset[str]:
        return frozenset(one.namespace for one in self._types)

    def process(self, batch: Batch) -> Iterator[Outcome | Pending]:
        client = self._client(batch)
        for assignment in batch.assignments:
            identities, places = sent_identities(assignment, self._types)
            if not identities:
                ignored = tuple(i.position for i in assignment.identities)
                yield Outcome(assignment.id, outcomes.NAMESPACE_NOT_VALID, ignored=ignored)
                continue
            if batch.action == Action.DELETE:
                batch.begin({assignment.id: Outcome(assignment.id, outcomes.SUCCESS)})
            yield self._sent(client, batch, assignment, identities, places)

    def _sent(
        self,
        client: Client,
        batch: Batch,
        assignment: Assignment,
        identities: Sequence[Mapping[str, str]],
        places: set[int],
    ) -> Outcome | Pending:
        """A request that it has already is refused too: an earlier try's answer was lost. One that
        was cancelled there is made anew, under a number of its own."""
        number = str(assignment.id)
        status = client.request(number, assignment, identities, batch.callback_url)
        if status in REFUSED:
            known = client.status(number)
            if known and known.request_status.lower() != answers.CANCELLED:
                return answers.answer(batch, client, assignment, known, self._usual, places)
            if known:
                number = str(uuid4())
                status = client.request(number, assignment, identities, batch.callback_url)
        if status in REFUSED:
            told = {"status": status}
            return Outcome(assignment.id, outcomes.WRONG_FORMAT, "opendsr.refused", told)
        return answers.pending(assignment, number, "pending", self._usual)

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        client = self._client(batch)
        for assignment in batch.assignments:
            status = client.status(assignment.reference)
            if status is None:
                yield answers.failure(assignment, "opendsr.gone")
                continue
            _identities, places = sent_identities(assignment, self._types)
            yield answers.answer(batch, client, assignment, status, self._usual, places)

    def cancel(self, batch: Batch) -> Iterator[Outcome]:
        client = self._client(batch)
        for assignment in batch.assignments:
            if client.withdraw(assignment.reference):
                yield Outcome(assignment.id, outcomes.SUCCESS)
            else:
                yield Outcome(assignment.id, outcomes.JOB_FAILED, "opendsr.not_withdrawn")

    def hear(self, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        """See 8.8 of the specification."""
        if not certificates.genuine(self.settings, headers, body):
            raise NotHeard
        try:
            news = msgspec.json.decode(body, type=News)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise NotHeard from None
        if not news.status_callback_url.startswith(f"{portal.PORTAL_URL}/callbacks/"):
            raise NotHeard
        return [news.subject_request_id.lower()]

    def test_connection(self) -> list[Finding]:
        return list(checks.findings(self.settings))

    def _client(self, batch: Batch) -> Client:
        return Client(self.settings, remote.Caller(self.settings["url"], batch.deadline))
