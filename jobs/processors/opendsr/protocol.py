"""The requests of OpenDSR 2.0, and answers that are signed by whom they are from."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from jobs.processors import remote
from jobs.processors.base import Assignment, ProductUnavailable
from jobs.processors.opendsr import certificates, document
from jobs.processors.opendsr.document import IdentityType
from jobs.rules.normalize import normalize
from jobs.rules.states import Action
from privacyportal import outbound

VERSION = "2.0"
TAKEN = (200, 201, 202)
REFUSED = (400, 409, 422)
HASHES = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5}


class Receipt(msgspec.Struct):
    subject_request_id: str
    encoded_request: str = ""


class Status(msgspec.Struct):
    subject_request_id: str
    request_status: str
    results_url: str | None = None
    results_count: int | None = None


class News(msgspec.Struct):
    """The body of a callback (8.6)."""

    subject_request_id: str
    status_callback_url: str


def sent_identities(
    assignment: Assignment, types: Sequence[IdentityType]
) -> tuple[list[dict[str, str]], set[int]]:
    """The identities as they are sent, and the places of those that are."""
    sent, places = [], set()
    for identity in assignment.identities:
        for one in types:
            if one.namespace == identity.namespace:
                places.add(identity.position)
                sent.append(
                    {
                        "identity_type": one.type,
                        "identity_value": _formatted(identity.value, one),
                        "identity_format": one.format,
                    }
                )
    return sent, places


def _formatted(value: str, of: IdentityType) -> str:
    """Hashed as everybody does: of the value as it is compared, in lower-case hex."""
    if of.format == "raw":
        return value
    return HASHES[of.format](normalize(of.namespace, value).encode()).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """Asks one processor, until a batch's deadline."""

    settings: Mapping[str, Any]
    caller: remote.Caller

    def request(
        self,
        number: str,
        assignment: Assignment,
        identities: Sequence[Mapping[str, str]],
        callback_url: str,
    ) -> int:
        """The status: taken, or refused. ProductUnavailable for everything else."""
        asked = {"subject_request_id": number, **self._body(assignment, identities, callback_url)}
        body = msgspec.json.encode(asked)
        url = self._url()
        headers = {"Content-Type": "application/json", **self._headers()}
        answer = self.caller.call("POST", url, headers=headers, body=body)
        if answer.status in REFUSED:
            return answer.status
        remote.judge(answer, url, TAKEN)
        receipt: Receipt = self._read(answer, url, Receipt)
        encoded = base64.b64encode(body).decode()
        theirs = "".join(receipt.encoded_request.split())
        if receipt.subject_request_id.lower() != number or theirs not in ("", encoded):
            raise ProductUnavailable("opendsr.receipt", {"host": self.caller.host})
        return answer.status

    def _body(
        self, assignment: Assignment, identities: Sequence[Mapping[str, str]], callback_url: str
    ) -> dict[str, Any]:
        settings = self.settings
        kind = document.ERASURE
        if assignment.action == Action.ACCESS:
            kind = settings.get("access_type") or document.ACCESS
        submitted = assignment.received_at or datetime.now(UTC)
        body = {
            "regulation": settings.get("regulation") or assignment.regulation,
            "subject_request_type": kind,
            "submitted_time": submitted.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "subject_identities": identities,
            "api_version": VERSION,
        }
        if callback_url:
            body["status_callback_urls"] = [callback_url]
        if extensions := settings.get("extensions"):
            body["extensions"] = extensions
        return body

    def status(self, number: str) -> Status | None:
        """None of a request that the processor does not know."""
        url = self._url(number)
        answer = self.caller.call("GET", url, headers=self._headers())
        if answer.status == 404:
            return None
        remote.judge(answer, url, (200,))
        status: Status = self._read(answer, url, Status)
        if status.subject_request_id.lower() != number:
            raise ProductUnavailable("opendsr.receipt", {"host": self.caller.host})
        return status

    def withdraw(self, number: str) -> bool:
        url = self._url(number)
        answer = self.caller.call("DELETE", url, headers=self._headers())
        if answer.status in (400, 404, 405, 409, 410, 422):
            return False
        remote.judge(answer, url, (200, 202))
        self._read(answer, url, Receipt)
        return True

    def results(self, url: str, into: Any) -> outbound.Answer:
        """Only the processor's own host is told who we are."""
        own = certificates.host(url) == certificates.host(self.settings["url"])
        headers = certificates.authorization(self.settings) if own else {}
        return remote.download(self.caller, url, into, headers=headers)

    def _read(self, answer: outbound.Answer, url: str, kind: Any) -> Any:
        if not certificates.genuine(self.settings, answer.headers, answer.body):
            raise ProductUnavailable("opendsr.signature", {"host": self.caller.host})
        return remote.decoded(answer, url, kind)

    def _url(self, number: str = "") -> str:
        path = self.settings.get("path") or "requests"
        return self.caller.url(f"{path}/{number}" if number else path)

    def _headers(self) -> dict[str, str]:
        return {"Accept": "application/json", **certificates.authorization(self.settings)}
