"""A service that speaks OpenDSR over TLS and signs what it says, with the keys of a test."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from jobs.processors.opendsr import certificates
from privacyportal import outbound
from tests.authority import Authority
from tests.processors.databases import LISTED
from tests.processors.remotes import Answer, answering

TOKEN = "Bearer of-this-controller"


@lru_cache(maxsize=2)
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Processor:
    """What a test may make it do: `signer` is the key that it signs with, `certificate` what it
    publishes, `domain` whom it says that it is, `refuses` a status for every request."""

    certificate: bytes
    url: str = ""
    people: dict[str, Any] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)
    got: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    signer: rsa.RSAPrivateKey | None = field(default_factory=rsa_key)
    domain: str = "localhost"
    header: str = "X-OpenDSR"
    certificate_url: str = ""
    refuses: int = 0
    said: dict[str, Any] = field(default_factory=dict)  # besides what it would say of a status

    def document(self, **more: Any) -> dict[str, Any]:
        email = {"namespace": "email", "type": "email", "format": "raw"}
        return {"url": self.url, "authorization": TOKEN, "identities": [email], **more}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        path = path.removeprefix("/v2/")
        self.got.append((method, path, headers, json.loads(body) if body else None))
        if path == "discovery":
            return 200, {}, json.dumps(self._discovery()).encode()
        if path == "cert.pem":
            return 200, {}, self.certificate
        if path.startswith("results/"):
            found = self.requests[path.partition("/")[2]]["found"]
            return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()
        if headers.get("authorization") != TOKEN:
            return 401, {}, b"{}"
        if self.refuses:
            return self.refuses, {}, b"{}"
        status, said = self._asked(method, path.partition("/")[2], body)
        return self.signed(status, {**said, **self.said} if status < 300 else said)

    def signed(self, status: int, said: dict[str, Any]) -> Answer:
        body = json.dumps(said).encode()
        return status, self.signature(body), body

    def signature(self, body: bytes) -> dict[str, str]:
        if self.signer is None:
            return {}
        signature = base64.b64encode(self.signer.sign(body, PKCS1v15(), SHA256())).decode()
        return {
            f"{self.header}-Processor-Domain": self.domain,
            f"{self.header}-Signature": signature,
        }

    def _discovery(self) -> dict[str, Any]:
        return {
            "api_version": "2.0",
            "supported_identities": [{"identity_type": "email", "identity_format": "raw"}],
            "supported_subject_request_types": ["access", "erasure"],
            "processor_certificate": self.certificate_url or f"{self.url}/cert.pem",
        }

    def _asked(self, method: str, number: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if method == "POST":
            asked = json.loads(body)
            number = asked["subject_request_id"]
            if number in self.requests:
                return 409, {"error": {"code": 409}}
            self.requests[number] = {"asked": asked, "status": "pending", "found": []}
            encoded = base64.b64encode(body).decode()
            return 201, {"subject_request_id": number, "encoded_request": encoded}
        if number not in self.requests:
            return 404, {}
        if method == "DELETE":
            if self.requests[number]["status"] != "pending":
                return 400, {}
            self.requests[number]["status"] = "cancelled"
            return 202, {"subject_request_id": number}
        return 200, self.status(number)

    def status(self, number: str) -> dict[str, Any]:
        one = self.requests[number]
        said = {"subject_request_id": number, "request_status": one["status"]}
        if one["status"] == "completed":
            said["results_count"] = len(one["found"])
            if one["found"] and one["asked"]["subject_request_type"] != "erasure":
                said["results_url"] = f"{self.url}/results/{number}"
        return said

    def settle(self) -> None:
        """Does what it took."""
        for one in self.requests.values():
            if one["status"] != "pending":
                continue
            values = [i["identity_value"] for i in one["asked"]["subject_identities"]]
            one["found"] = [self.people[value] for value in values if value in self.people]
            if one["asked"]["subject_request_type"] == "erasure":
                for value in values:
                    self.people.pop(value, None)
            one["status"] = "completed"

    def call_back(self) -> int:
        """Tells of every request at the address that came with it; the last status."""
        status = 0
        for number, one in self.requests.items():
            for url in one["asked"].get("status_callback_urls", ()):
                body = json.dumps({**self.status(number), "status_callback_url": url}).encode()
                headers = {"Content-Type": "application/json", **self.signature(body)}
                with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
                    status = answer.status
        return status


@contextmanager
def opendsr(authority: Authority) -> Iterator[Processor]:
    made = Processor(authority.signing(rsa_key(), "localhost"))
    with answering(made.answer, authority.server("localhost")) as url:
        made.url = f"{url}/v2"
        yield made


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    """The one that we trust, and nothing remembered of those before."""
    made = Authority(tmp_path)
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PORTAL_URL = "https://portal.test"
    settings.OUTBOUND_CA_FILE = str(made.file)
    for forget in (outbound._context.cache_clear, certificates._authorities.cache_clear):
        forget()
    certificates._keys.forget()
    yield made
    outbound._context.cache_clear()
    certificates._authorities.cache_clear()


@pytest.fixture
def service(authority: Authority) -> Iterator[Processor]:
    with opendsr(authority) as made:
        made.people = {"anna@example.org": {"email": "anna@example.org", "note": "tea"}}
        yield made
