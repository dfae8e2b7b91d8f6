"""The protocol's bodies (docs/http-processor.md), and calls that are signed both ways."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from jobs.processors import remote
from jobs.processors.base import Assignment, BadData, Batch, Identity, ProductUnavailable
from jobs.processors.http import document
from jobs.processors.http.signing import is_signed, signed
from jobs.rules import outcomes
from jobs.rules.states import Action
from privacyportal import outbound

VERSION = 1
REFUSED = (400, 422)
TOO_MUCH = 413
Count = Annotated[int, Meta(ge=0, le=2**53)]


class File(msgspec.Struct):
    """A file of an access: its JSON content, or the path that it is downloaded from."""

    name: str
    content: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    path: str = ""
    sha256: str = ""
    records: Count | None = None


class Said(msgspec.Struct):
    """What the system says of one assignment."""

    id: str
    status: str
    records: Count = 0
    kept: Count = 0
    reason: str = ""
    ignored: list[int] = []
    check_after: float | None = None
    retry: bool = False
    files: list[File] = []


class Answered(msgspec.Struct):
    outcomes: list[Said]


class Checked(msgspec.Struct):
    """What it tells of itself."""

    version: int
    name: str = ""
    actions: list[str] = []
    namespaces: list[str] = []


class News(msgspec.Struct):
    """The body of a callback."""

    ids: Annotated[list[str], Meta(max_length=1000)]


def requests_body(batch: Batch, people: Sequence[tuple[Assignment, Sequence[Identity]]]) -> bytes:
    asked = {
        "version": VERSION,
        "action": batch.action,
        "callback_url": batch.callback_url,
        "requests": [_asked(assignment, given) for assignment, given in people],
    }
    return msgspec.json.encode(asked)


def _asked(assignment: Assignment, given: Sequence[Identity]) -> dict[str, Any]:
    return {
        "id": str(assignment.id),
        "identities": [_identity(identity, assignment.action) for identity in given],
        "purge": assignment.purge,
        "regulation": assignment.regulation,
    }


def _identity(identity: Identity, action: str) -> dict[str, Any]:
    told = {
        "position": identity.position,
        "namespace": identity.namespace,
        "type": identity.qualifier,
        "value": identity.value,
    }
    return {**told, "opted_out": identity.opted_out} if action == Action.OPT_OUT else told


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """Asks one system; an answer that it did not sign is none."""

    caller: remote.Caller
    secrets: Sequence[str]

    @classmethod
    def of(cls, settings: Mapping[str, Any], seconds: float) -> Client:
        caller = remote.Caller(settings["url"], time.monotonic() + seconds)
        return cls(caller, document.secrets_of(settings))

    def ask(self, what: str, body: bytes, kind: Any) -> Any:
        """BadData where the system refuses what it was sent, and says so itself."""
        url = self.caller.url(what)
        headers = signed(self.secrets, what, body)
        answer = self.post(url, headers, body)
        if answer.status == TOO_MUCH:  # whoever stands before the system says it too
            raise BadData(outcomes.JOB_FAILED, "http.refused", {"status": answer.status})
        own = is_signed(self.secrets, headers["Portal-Signature"], answer.headers, answer.body)
        if answer.status in REFUSED and own:
            raise BadData(outcomes.WRONG_FORMAT, "http.refused", {"status": answer.status})
        remote.judge(answer, url, (200,))
        if not own:
            raise ProductUnavailable("http.signature", {"host": self.caller.host})
        return remote.decoded(answer, url, kind)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> outbound.Answer:
        sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
        return self.caller.call("POST", url, headers=sent, body=body)
