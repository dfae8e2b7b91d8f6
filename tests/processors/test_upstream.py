"""Work that is handed on to another service: portal to portal, and to services that misbehave."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.processors.base import Assignment, BadData, Batch, NotHeard, Pending, ProductUnavailable
from jobs.processors.scratch import Scratch
from jobs.processors.upstream import UpstreamProcessor, events
from privacyportal.organizations.permissions import Permission
from tests.api.conftest import make_program
from tests.processors.batches import ANNA, Call, gdpr, person
from tests.processors.databases import LISTED
from tests.processors.remotes import Answer, answering
from tests.processors.services import Service, make_service


@pytest.fixture
def service(transactional_db: None, live_server: Any, tmp_path: Path, settings: Any) -> Service:
    return make_service(live_server, tmp_path, settings)


def send(processor: UpstreamProcessor, call: Call, *people: Assignment) -> list[Pending]:
    batch = Batch(people[0].action, people, time.monotonic() + 60, call._begin, call._content)
    return list(processor.process(batch))


def poll(processor: UpstreamProcessor, call: Call, *waiting: tuple[Assignment, str]) -> list[Any]:
    people = [msgspec.structs.replace(a, reference=reference) for a, reference in waiting]
    batch = Batch(people[0].action, people, time.monotonic() + 60, call._begin, call._content)
    return list(processor.poll(batch))


# --- portal to portal ----------------------------------------------------------------------------


def test_an_access_there_gives_its_files_here(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())
    asked, nobody = gdpr("access"), gdpr("access", ("email", "nobody@example.org"))

    sent = send(processor, call, asked, nobody)
    early = poll(processor, call, (asked, sent[0].reference))
    service.work()
    found, missing = poll(processor, call, (asked, sent[0].reference), (nobody, sent[1].reference))

    assert sent[0].reference == str(Job.objects.order_by("pk")[0].public_id)
    assert isinstance(early[0], Pending)
    assert (found.code, found.records, found.processed) == ("6000-200", 1, (0,))
    assert [(f.name, f.records) for f in found.content.files] == [("people.json", 1)]
    assert json.loads(found.content.body)[0]["note"] == "tea"
    assert missing.code == "6052-200"


def test_a_delete_is_carried_out_there_once(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())
    asked = gdpr("delete")

    [lost] = send(processor, call, asked)  # whose answer never came to be kept
    again = msgspec.structs.replace(asked, begun=call.begun[asked.id])
    [followed] = send(processor, call, again)
    service.work()
    [outcome] = poll(processor, call, (asked, followed.reference))

    assert followed.reference == lost.reference
    assert Job.objects.count() == 1
    assert (outcome.code, outcome.records) == ("6000-200", 1)
    assert service.emails == ["bo@example.org"]


def test_the_same_request_twice_makes_its_jobs_once(service: Service, call: Call) -> None:
    """Two workers, neither of which knows that the other sent it."""
    asked = gdpr("access")

    references = {
        send(UpstreamProcessor(service.document()), call, asked)[0].reference for _ in range(2)
    }

    assert len(references) == 1
    assert Job.objects.count() == 1


def test_what_ended_in_error_there_is_sent_anew(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())
    asked = gdpr("delete")
    [first] = send(processor, call, asked)
    now = timezone.now()
    Job.objects.update(state="error", closed_at=now, failed_at=now)

    again = msgspec.structs.replace(asked, begun=call.begun[asked.id])
    [second] = send(processor, call, again)

    assert second.reference != first.reference
    assert Job.objects.count() == 2


def test_many_are_asked_for_together(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())
    people = [gdpr("delete", ("email", f"p{n}@example.org")) for n in range(25)]
    sent = send(processor, call, *people)
    waiting = list(zip(people, [one.reference for one in sent], strict=True))

    early = poll(processor, call, *waiting)
    service.work()
    ended = poll(processor, call, *waiting)

    assert all(isinstance(answer, Pending) for answer in early)
    assert [answer.code for answer in ended] == ["6052-200"] * 25


def test_a_batch_is_a_request_for_each_law_and_way_of_deleting(
    service: Service, call: Call
) -> None:
    processor = UpstreamProcessor(service.document(regulations={"ccpa": "cpra_ca_usa"}))
    people = [
        gdpr("delete"),
        person("delete", ANNA, regulation="ccpa"),
        gdpr("delete", purge=True),
    ]

    send(processor, call, *people)

    requests = {job.request for job in Job.objects.select_related("request")}
    assert {(r.regulation, r.analytics_delete_method) for r in requests} == {
        ("gdpr", "anonymize"), ("cpra_ca_usa", "anonymize"), ("gdpr", "purge"),
    }  # fmt: skip


def test_who_may_not_have_content_is_told_so(service: Service, call: Call) -> None:
    may = (Permission.PRIVACY_READ, Permission.PRIVACY_WRITE)
    service.program = make_program(service.organization, *may)
    processor = UpstreamProcessor(service.document())
    asked = gdpr("access")
    [sent] = send(processor, call, asked)
    service.work()

    [outcome] = poll(processor, call, (asked, sent.reference))

    assert (outcome.code, outcome.detail) == ("1010-400", "upstream.content")


def test_what_the_service_refuses_is_bad_data_by_its_words(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())

    with pytest.raises(BadData) as caught:
        send(processor, call, gdpr("delete", ("no-such", "secret@example.org")))

    assert caught.value.detail == "upstream.refused"
    assert "secret" not in str(caught.value.params)
    [gone] = poll(processor, call, (gdpr("delete"), str(uuid4())))
    assert gone.detail == "upstream.gone"


def test_a_days_limit_there_is_nobodys_fault(service: Service, call: Call, settings: Any) -> None:
    settings.API_JOBS_PER_DAY = 1

    with pytest.raises(ProductUnavailable) as caught:
        send(UpstreamProcessor(service.document()), call, gdpr("access"), gdpr("access"))
    assert caught.value.detail == "upstream.refused_all"


def test_a_token_that_was_revoked_is_replaced(service: Service, call: Call) -> None:
    processor = UpstreamProcessor(service.document())
    send(processor, call, gdpr("access"))
    processor._tokens.value = "revoked"

    assert send(processor, call, gdpr("access"))


def test_test_connection_tells_what_is_wrong(service: Service) -> None:
    def findings(**more: Any) -> list[tuple[str, str]]:
        found = UpstreamProcessor(service.document(**more)).test_connection()
        return [(finding.level, finding.path) for finding in found]

    assert findings() == [("ok", "")]
    assert findings(client_secret="guessed") == [("error", "client_secret")]
    assert findings(organization="Other@PortalOrg") == [("error", "url")]
    assert findings(url="http://127.0.0.1:9") == [("error", "url")]


# --- services that misbehave ---------------------------------------------------------------------


@pytest.fixture
def package(settings: Any, tmp_path: Path) -> Iterator[Callable[[bytes], UpstreamProcessor]]:
    """A processor of a service whose package is these bytes."""
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PACKAGE_DIR = tmp_path / "packages"
    job = {
        "jobId": "job", "status": "complete", "qualifiedCount": 1,
        "productResponses": [{"productStatusResponse": {"responseMsgCode": "PRVCY-6000-200"}}],
    }  # fmt: skip
    with ExitStack() as stack:

        def make(content: bytes) -> UpstreamProcessor:
            def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
                if path.startswith("/token"):
                    return 200, {}, b'{"access_token":"t","expires_in":86399000}'
                if path.endswith("/content"):
                    return 200, {}, content
                return 200, {}, json.dumps(job).encode()

            url = stack.enter_context(answering(answer))
            return UpstreamProcessor(
                {
                    "url": url,
                    "token_url": f"{url}/token",
                    "client_id": "c",
                    "client_secret": "s",
                    "organization": "o",
                    "include": ["x"],
                }
            )

        yield make


def zipped(*files: tuple[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files:
            package.writestr(name, content)
    return body.getvalue()


def test_names_in_a_package_are_made_safe(
    package: Callable[[bytes], UpstreamProcessor], call: Call
) -> None:
    content = zipped(
        ("job/crm/a.json", b"[1,2]"),
        ("job/shop/../../../etc/a.json", b"{}"),
        ("job/shop/a.json", b"not json"),
        ("job/manifest.json", b"{}"),
        ("job/index.html", b"<p>"),
        ("job/empty/", b""),
    )

    [outcome] = poll(package(content), call, (gdpr("access"), "job"))

    assert [(f.name, f.records) for f in outcome.content.files] == [
        ("crm.a.json", 2), ("etc.a.json", 1), ("shop.a.json", 0),
    ]  # fmt: skip


def test_a_package_that_is_none(
    package: Callable[[bytes], UpstreamProcessor], call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = bytearray(zipped(("job/crm/a.json", b"[1,2]" * 100)))
    broken[40] ^= 0xFF
    for content in (b"no zip", bytes(broken), zipped(("a", b"x"))[:-10]):
        [outcome] = poll(package(content), call, (gdpr("access"), "job"))
        assert (outcome.code, outcome.params) == ("1020-400", {"why": "not-a-zip"})

    monkeypatch.setattr("jobs.processors.remote.MOST_CONTENT_BYTES", 1000)
    bomb = zipped(("job/crm/a.json", b"0" * 100_000))
    [outcome] = poll(package(bomb), call, (gdpr("access"), "job"))
    assert (outcome.params, outcome.retry) == ({"why": "too_large"}, False)


def test_what_lies_on_disk_meanwhile_cannot_be_read(tmp_path: Path) -> None:
    with Scratch(tmp_path) as scratch:
        text = bytes(range(256)) * 40
        for start in range(0, len(text), 777):
            scratch.pour(text[start : start + 777])
        assert list(tmp_path.iterdir()) == []
        scratch._file.seek(0)
        assert text[:64] not in scratch._file.read()
        for start in (0, 1, 15, 16, 17, 5000, len(text) - 1, len(text), len(text) + 9):
            scratch.seek(start)
            assert scratch.read(33) == text[start : start + 33]
        assert scratch.seek(-5, io.SEEK_END) == len(text) - 5
        assert scratch.read() == text[-5:]


# --- events --------------------------------------------------------------------------------------


def test_only_events_of_the_service_and_of_jobs_are_heard() -> None:
    processor = UpstreamProcessor(
        {
            "url": "https://up.example.org",
            "client_id": "c",
            "client_secret": "s",
            "organization": "o",
            "include": ["x"],
            "webhook_secret": "shared",
        }
    )

    def event(kind: str = "jobcomplete", organization: str = "o") -> bytes:
        data = {"imsOrg": organization, "value": {"jobId": "job", "message": "job.access.complete"}}
        return json.dumps({"type": f"com.adobe.platform.gdpr.{kind}", "data": data}).encode()

    def heard(body: bytes, secret: bytes = b"shared") -> Any:
        signature = base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()
        return processor.hear({"x-adobe-signature": signature}, body)

    assert heard(event()) == ["job"]
    assert heard(event("joberror")) == ["job"]
    assert heard(event("productcomplete")) == []
    for body, secret in ((event(), b"x"), (event(organization="p"), b"shared"), (b"{", b"shared")):
        with pytest.raises(NotHeard):
            heard(body, secret)
    with pytest.raises(NotHeard):
        processor.hear({}, event())


def test_keys_are_taken_from_the_service_alone() -> None:
    document = {"url": "https://up.example.org", "organization": "o", "include": ["x"]}
    for path in ("//evil.example/x.pem", "/../x.pem", "/a?b.pem", "https://evil.example/x.pem", ""):
        signed = {"x-adobe-digital-signature-1": "AAAA", "x-adobe-public-key1-path": path}
        with pytest.raises(NotHeard):
            events.heard(document, signed, b"{}")


# --- settings ------------------------------------------------------------------------------------


def test_every_problem_has_its_path() -> None:
    wrong = {
        "url": "http://169.254.169.254/",
        "token_url": "https://u:p@x.example/",
        "client_id": "é",
        "client_secret": "",
        "organization": "a\nb",
        "include": [],
        "regulations": {"gdpr": 7, "moon": "x"},
        "poll_seconds": True,
        "keys_url": "x",
    }

    paths = {problem.path for problem in UpstreamProcessor.validate(wrong)}

    assert paths == {
        "url", "token_url", "keys_url", "client_id", "client_secret", "organization", "include",
        "regulations.gdpr", "regulations.moon", "poll_seconds",
    }  # fmt: skip
