"""The processor that hands work on to another service which speaks the contract, and follows it."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from django.conf import settings as portal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors import remote
from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    Identity,
    Outcome,
    Pending,
    Problem,
    Processor,
    ProductUnavailable,
)
from jobs.processors.remote import FileFailed
from jobs.processors.upstream import answers, document, events, package
from jobs.processors.upstream.api import Api, Listed, Tokens
from jobs.processors.upstream.sentences import SENTENCES
from jobs.rules import outcomes
from jobs.rules.states import Action

TEST_SECONDS = 20.0
FEW = 10  # jobs that are rather asked for one by one
OUR_OWN_CONTEXT = {"imsorgid", "imsorg"}
Group = tuple[str, bool, tuple[tuple[str, str], ...]]


class UpstreamProcessor(Processor):
    """See docs/upstream-processor.md."""

    kind = "upstream"
    label = gettext_lazy("Another privacy service")
    purpose = gettext_lazy(
        "Hands requests on to a service that speaks the Privacy Service API, and follows them."
    )
    icon = "upload"
    fields = document.FIELDS
    sentences = SENTENCES
    secret_fields = frozenset(document.SECRETS)
    batch_size = 1000  # users of one request there

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self._tokens = Tokens(settings)
        self._usual = float(settings.get("poll_seconds") or document.POLL_SECONDS)

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        return list(document.problems(settings))

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        told = {
            "host": remote.host_of(mapping.get("url", "")),
            "products": ", ".join(mapping.get("include") or ()),
        }
        return [_("Hands it on to %(host)s (%(products)s)") % told]

    def process(self, batch: Batch) -> Iterator[Pending]:
        api = self._api(batch)
        groups: defaultdict[Group, list[Assignment]] = defaultdict(list)
        for assignment in batch.assignments:
            groups[_group(assignment)].append(assignment)
        for group, assignments in groups.items():
            yield from self._sent(api, batch, group, assignments)

    def _sent(
        self, api: Api, batch: Batch, group: Group, assignments: Sequence[Assignment]
    ) -> Iterator[Pending]:
        """What an earlier try created is followed; only the rest is created. A job of that ended
        in error is none: somebody asked to try it again."""
        found = self._created_before(api, group, [a for a in assignments if a.begun])
        failed = {job.jobId for job in found.values() if job.status == "error"}
        jobs = {key: job.jobId for key, job in found.items() if job.status != "error"}
        fresh = [a for a in assignments if str(a.id) not in jobs]
        followed = set(jobs)
        if fresh:
            # Also of an access: what was sent is there, whether or not its answer arrives.
            batch.begin({a.id: Outcome(a.id, outcomes.SUCCESS) for a in fresh})
            body = msgspec.json.encode(self._body(batch.action, group, fresh))
            key = hashlib.sha256(body + ",".join(sorted(failed)).encode()).hexdigest()
            jobs |= api.create(body, key)
        for assignment in assignments:
            if job_id := jobs.get(str(assignment.id)):
                wait = 0.0 if str(assignment.id) in followed else self._usual
                yield self._pending(assignment, job_id, wait)

    def _created_before(
        self, api: Api, group: Group, assignments: Sequence[Assignment]
    ) -> dict[str, Listed]:
        wanted = {str(assignment.id) for assignment in assignments}
        if not wanted:
            return {}
        found: dict[str, Listed] = {}
        seen: set[str] = set()

        def all_seen(page: Iterable[Listed]) -> bool:
            seen.update(job.userKey for job in page)
            return wanted <= seen

        for job in api.listed(self._regulation(group[0]), all_seen):
            if job.userKey in wanted:  # the newest comes first
                found.setdefault(job.userKey, job)
        return found

    def _body(self, action: str, group: Group, people: Sequence[Assignment]) -> dict[str, Any]:
        regulation, purge, qualifiers = group
        own = {"namespace": "imsOrgID", "value": self.settings["organization"]}
        return {
            "companyContexts": [own, *({"namespace": n, "value": v} for n, v in qualifiers)],
            "users": [
                {
                    "key": str(person.id),
                    "action": [action],
                    "userIDs": [_identity(identity) for identity in person.identities],
                }
                for person in people
            ],
            "include": self.settings["include"],
            "regulation": self._regulation(regulation),
            "analyticsDeleteMethod": "purge" if purge else "anonymize",
            "expandIds": False,
        }

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        api = self._api(batch)
        open_jobs = self._still_open(api, batch.assignments)
        for assignment in batch.assignments:
            if assignment.reference in open_jobs:
                yield self._pending(assignment, assignment.reference, self._usual)
            else:
                yield self._ended(api, batch, assignment)

    def _still_open(self, api: Api, assignments: Sequence[Assignment]) -> set[str]:
        """Many are looked up in the service's list, a thousand at a time; few one by one."""
        if len(assignments) <= FEW:
            return set()
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for assignment in assignments:
            wanted[self._regulation(assignment.regulation)].add(assignment.reference)
        still_open = set()
        for regulation, references in wanted.items():
            seen: set[str] = set()

            def all_seen(
                page: Iterable[Listed], seen: set[str] = seen, all_of: set[str] = references
            ) -> bool:
                seen.update(job.jobId for job in page)
                return all_of <= seen

            for job in api.listed(regulation, all_seen):
                if job.jobId in references and job.status in answers.OPEN:
                    still_open.add(job.jobId)
        return still_open

    def _ended(self, api: Api, batch: Batch, assignment: Assignment) -> Outcome | Pending:
        detail = api.detail(assignment.reference)
        if detail is None:
            return Outcome(assignment.id, outcomes.JOB_FAILED, "upstream.gone")
        if detail.status not in answers.CLOSED:
            return self._pending(assignment, assignment.reference, self._usual)
        outcome = answers.outcome(assignment, detail)
        gives = outcome.code in (outcomes.SUCCESS, outcomes.PARTIAL)
        if batch.action != Action.ACCESS or not gives:
            return outcome
        try:
            writer = batch.content(assignment.id)
            content = package.fetch(api, assignment.reference, batch, writer)
        except FileFailed as error:
            code = outcomes.PERMISSION if error.why == "status-403" else outcomes.UPLOAD_FAILED
            told = {"why": error.why}
            return Outcome(assignment.id, code, "upstream.content", told, retry=error.retry)
        return msgspec.structs.replace(outcome, content=content)

    def cancel(self, batch: Batch) -> Iterator[Outcome]:
        """The contract knows no way back: it is followed as before."""
        for assignment in batch.assignments:
            yield Outcome(assignment.id, outcomes.JOB_FAILED, "upstream.no_cancel")

    def hear(self, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        return events.heard(self.settings, headers, body)

    def test_connection(self) -> list[Finding]:
        api = Api(self.settings, self._tokens, time.monotonic() + TEST_SECONDS)
        try:
            next(api.listed(self._regulation("gdpr"), lambda _page: True), None)
        except ProductUnavailable as error:
            sentence = str(SENTENCES[error.detail]) % error.params
            path = "client_secret" if error.detail == "upstream.token" else "url"
            return [Finding("error", sentence, path)]
        except TimeoutError:
            return [remote.told(remote.unavailable("timeout", self.settings["url"]))]
        told = {"host": api.caller.host}
        found = [Finding("ok", _("%(host)s lets us in and lists its jobs.") % told)]
        if remote.host_of(portal.PORTAL_URL) == api.caller.host:
            sentence = _("This is this portal itself: it must be another organization of it.")
            found.append(Finding("warning", sentence, "url"))
        return found

    def close(self) -> None:
        self._tokens.forget()

    def _api(self, batch: Batch) -> Api:
        return Api(self.settings, self._tokens, batch.deadline)

    def _regulation(self, code: str) -> str:
        return (self.settings.get("regulations") or {}).get(code, code)

    def _pending(self, assignment: Assignment, job_id: str, wait: float) -> Pending:
        return Pending(assignment.id, job_id, wait, "upstream.waits")


def _group(assignment: Assignment) -> Group:
    """What one request there has for all of its users."""
    further = [(n, v) for n, v in assignment.qualifiers if n.lower() not in OUR_OWN_CONTEXT]
    return assignment.regulation, assignment.purge, tuple(further)


def _identity(identity: Identity) -> dict[str, str]:
    return {
        "namespace": identity.namespace,
        "value": identity.value,
        "type": identity.qualifier,
    }
