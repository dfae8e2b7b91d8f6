"""OpenDSR against a service that really signs, over TLS; and signatures that are none."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from jobs.processors.base import Assignment, Batch, NotHeard, Outcome, Pending, ProductUnavailable
from jobs.processors.opendsr import OpenDsrProcessor, certificates
from tests.authority import Authority
from tests.processors.batches import ANNA, Call, gdpr
from tests.processors.opendsr import Processor, authority, opendsr, rsa_key, service

__all__ = ["authority", "service"]

CALLBACK = "https://portal.test/callbacks/3f1d1f0e-0000-4000-8000-000000000000/"


def run(processor: OpenDsrProcessor, call: Call, step: str, *people: Assignment) -> list[Any]:
    if step != "process":
        people = tuple(
            msgspec.structs.replace(a, reference=a.reference or str(a.id)) for a in people
        )
    batch = Batch(
        people[0].action, people, time.monotonic() + 60, call._begin, call._content,
        callback_url=CALLBACK,
    )  # fmt: skip
    return list(getattr(processor, step)(batch))


def unavailable(service: Processor, call: Call) -> str:
    with pytest.raises(ProductUnavailable) as caught:
        run(OpenDsrProcessor(service.document()), call, "process", gdpr("access"))
    return caught.value.detail


# --- requests ------------------------------------------------------------------------------------


def test_an_access_is_asked_for_followed_and_given(service: Processor, call: Call) -> None:
    processor = OpenDsrProcessor(
        service.document(access_type="portability", extensions={"localhost": {"project": 7}})
    )
    received = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    asked = gdpr("access", ANNA, ("phone", ""), received_at=received)

    [taken] = run(processor, call, "process", asked)
    [waiting] = run(processor, call, "poll", asked)
    service.settle()
    [outcome] = run(processor, call, "poll", asked)

    assert isinstance(taken, Pending)
    assert isinstance(waiting, Pending)
    sent = service.requests[str(asked.id)]["asked"]
    assert sent == {
        "regulation": "gdpr",
        "subject_request_id": str(asked.id),
        "subject_request_type": "portability",
        "submitted_time": "2026-11-02T15:00:00Z",
        "subject_identities": [
            {
                "identity_type": "email",
                "identity_value": "anna@example.org",
                "identity_format": "raw",
            }
        ],
        "api_version": "2.0",
        "status_callback_urls": [CALLBACK],
        "extensions": {"localhost": {"project": 7}},
    }
    assert (outcome.code, outcome.records) == ("6000-200", 1)
    assert (outcome.processed, outcome.ignored) == ((0,), (1,))
    assert [file.name for file in outcome.content.files] == ["results.json"]
    assert json.loads(outcome.content.body)[0]["note"] == "tea"


def test_identities_are_sent_as_the_settings_say(service: Processor, call: Call) -> None:
    formats = ("raw", "sha256", "sha1", "md5")
    identities = [{"namespace": "Email", "type": "email", "format": f} for f in formats]
    processor = OpenDsrProcessor(service.document(identities=identities))
    asked = gdpr("delete", ("email", " Anna@Example.org"))

    run(processor, call, "process", asked)

    sent = service.requests[str(asked.id)]["asked"]["subject_identities"]
    plain = b"anna@example.org"
    assert [one["identity_value"] for one in sent] == [
        " Anna@Example.org",
        hashlib.sha256(plain).hexdigest(),
        hashlib.sha1(plain).hexdigest(),
        hashlib.md5(plain).hexdigest(),
    ]


def test_an_erasure_begins_and_a_repeat_follows_it(service: Processor, call: Call) -> None:
    processor = OpenDsrProcessor(service.document())
    asked, nobody = gdpr("delete"), gdpr("delete", ("email", "nobody@example.org"))

    run(processor, call, "process", asked, nobody)
    assert call.begun[asked.id] == Outcome(asked.id, "6000-200")
    again = run(processor, call, "process", asked)
    service.settle()
    done, missing = run(processor, call, "poll", asked, nobody)

    assert isinstance(again[0], Pending)
    assert (done.code, done.records, missing.code) == ("6000-200", 1, "6052-200")
    assert service.people == {}


def test_only_what_is_pending_can_be_withdrawn(service: Processor, call: Call) -> None:
    processor = OpenDsrProcessor(service.document())
    early, late = gdpr("delete"), gdpr("delete")
    run(processor, call, "process", late)
    service.settle()
    run(processor, call, "process", early)

    withdrawn, kept = run(processor, call, "cancel", early, late)

    assert (withdrawn.good, kept.detail) == (True, "opendsr.not_withdrawn")
    [ended] = run(processor, call, "poll", early)
    assert (ended.code, ended.detail) == ("1021-400", "opendsr.cancelled")
    [anew] = run(processor, call, "process", early)  # somebody asked to try it again
    assert anew.reference not in ("", str(early.id))
    service.settle()
    again = msgspec.structs.replace(early, reference=anew.reference)
    assert run(processor, call, "poll", again)[0].code == "6052-200"


@pytest.mark.parametrize(
    ("said", "detail", "retry"),
    [
        ({"request_status": "denied"}, "opendsr.strange", False),
        ({"results_url": None}, "opendsr.no_results", False),
        ({"results_url": "http://x.example/"}, "opendsr.results", False),
        ({"results_url": "https://169.254.169.254/"}, "opendsr.results", False),
    ],
)
def test_what_is_no_answer_is_an_error(
    service: Processor, call: Call, said: dict[str, Any], detail: str, retry: bool
) -> None:
    processor = OpenDsrProcessor(service.document())
    asked = gdpr("access")
    run(processor, call, "process", asked)
    service.settle()
    service.said = said

    [outcome] = run(processor, call, "poll", asked)

    assert (outcome.good, outcome.detail, outcome.retry) == (False, detail, retry)


def test_who_is_not_known_there_any_more_and_who_is_refused(service: Processor, call: Call) -> None:
    processor = OpenDsrProcessor(service.document())
    asked = gdpr("access")
    run(processor, call, "process", asked)
    service.requests.clear()
    assert run(processor, call, "poll", asked)[0].detail == "opendsr.gone"

    [stranger] = run(processor, call, "process", gdpr("access", ("phone", "1")))
    assert stranger.code == "6053-200"
    service._asked = lambda method, number, body: (400 if method == "POST" else 404, {})  # type: ignore[method-assign]
    [refused] = run(processor, call, "process", asked)
    assert (refused.code, refused.params) == ("1000-400", {"status": 400})


# --- signatures ----------------------------------------------------------------------------------


def test_answers_that_are_not_signed_by_it_are_none(service: Processor, call: Call) -> None:
    service.signer = None
    assert unavailable(service, call) == "opendsr.signature"
    service.signer = rsa_key(1)
    assert unavailable(service, call) == "opendsr.signature"
    service.signer, service.domain = rsa_key(), "elsewhere.example"
    assert unavailable(service, call) == "opendsr.signature"
    service.domain = "LOCALHOST."
    assert run(OpenDsrProcessor(service.document()), call, "process", gdpr("access"))


def test_the_former_names_of_headers_are_honoured(service: Processor, call: Call) -> None:
    service.header = "X-OpenGDPR"

    assert run(OpenDsrProcessor(service.document()), call, "process", gdpr("access"))


def test_a_certificate_must_be_its_own_and_of_an_authority(
    service: Processor, authority: Authority, tmp_path: Path, call: Call
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")

    def findings() -> list[tuple[str, str]]:
        certificates._keys.forget()
        found = OpenDsrProcessor(service.document()).test_connection()
        return [(finding.level, finding.path) for finding in found]

    assert findings() == [("ok", "")]
    good = service.certificate
    for certificate in (
        stranger.signing(rsa_key(), "localhost"),
        authority.signing(rsa_key(), "elsewhere.example"),
        b"no certificate",
        b"",
    ):
        service.certificate = certificate
        assert findings() == [("error", "url")]
        assert unavailable(service, call) == "opendsr.signature"
    service.certificate = good
    service.certificate_url = "https://elsewhere.example/cert.pem"
    assert findings() == [("error", "url")]


def test_a_replaced_certificate_is_looked_for_anew(
    service: Processor, authority: Authority, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    processor = OpenDsrProcessor(service.document())
    run(processor, call, "process", gdpr("access"))
    service.certificate = authority.signing(rsa_key(1), "localhost")
    service.signer = rsa_key(1)

    assert unavailable(service, call) == "opendsr.signature"  # not more than once a minute
    monkeypatch.setattr("jobs.processors.rsa.MISSING_SECONDS", 0.0)
    assert run(processor, call, "process", gdpr("access"))


def test_a_receipt_must_be_of_what_was_sent(service: Processor, call: Call) -> None:
    service.said = {"encoded_request": "eA=="}
    assert unavailable(service, call) == "opendsr.receipt"
    service.said = {"subject_request_id": str(uuid4())}
    assert unavailable(service, call) == "opendsr.receipt"


def test_only_its_own_callbacks_are_heard(service: Processor) -> None:
    processor = OpenDsrProcessor(service.document())
    body = msgspec.json.encode(
        {"subject_request_id": "A7551968", "status_callback_url": CALLBACK, "request_status": "x"}
    )

    def heard(body: bytes = body, **changes: str) -> Any:
        headers = {n.lower(): v for n, v in service.signature(body).items()}
        return processor.hear(
            {**headers, **{n.replace("_", "-"): v for n, v in changes.items()}}, body
        )

    assert heard() == ["a7551968"]
    for wrong in (
        {"x_opendsr_signature": "AAAA"},
        {"x_opendsr_signature": "é"},
        {"x_opendsr_processor_domain": "elsewhere.example"},
    ):
        with pytest.raises(NotHeard):
            heard(**wrong)
    for other in (b"{", body.replace(b"portal.test", b"other.test")):
        with pytest.raises(NotHeard):
            heard(other)
    with pytest.raises(NotHeard):
        processor.hear({}, body)


def test_who_we_are_is_told_to_its_own_host_alone(
    service: Processor, authority: Authority, call: Call
) -> None:
    with opendsr(authority) as store:  # same name, another port: still its own host
        asked = gdpr("access")
        processor = OpenDsrProcessor(service.document())
        run(processor, call, "process", asked)
        service.settle()
        store.requests = service.requests
        away = store.url.replace("localhost", "127.0.0.1")
        service.said = {"results_url": f"{away}/results/{asked.id}"}

        with pytest.raises(ProductUnavailable):  # whose certificate is not of that name
            run(processor, call, "poll", asked)

    assert store.got == []


# --- settings ------------------------------------------------------------------------------------


def test_every_problem_has_its_path() -> None:
    wrong = {
        "url": "https://x.example/?a=b",
        "path": "a/b",
        "authorization": "a\nb",
        "identities": [{"namespace": "email", "format": "rot13", "x": 1}, 7],
        "does": "nothing",
        "access_type": "x",
        "regulation": "lgpd",
        "extensions": {"a": 1},
        "poll_seconds": 0,
    }

    paths = [problem.path for problem in OpenDsrProcessor.validate(wrong)]

    assert sorted(paths) == [
        "access_type", "authorization", "does", "extensions", "identities[0].format",
        "identities[0].type", "identities[0].x", "identities[1]", "path", "poll_seconds",
        "regulation", "url",
    ]  # fmt: skip


def test_what_it_cannot_do_is_told_and_never_sent(service: Processor) -> None:
    phone = [{"namespace": "phone", "type": "phone", "format": "raw"}]
    document = service.document(access_type="portability", identities=phone)

    found = OpenDsrProcessor(document).test_connection()

    assert [(finding.level, finding.path) for finding in found] == [
        ("ok", ""), ("error", "access_type"), ("error", "identities[0]"),
    ]  # fmt: skip
    assert OpenDsrProcessor(service.document(does="erasure")).actions == {"delete"}
    assert OpenDsrProcessor(service.document(does="access")).actions == {"access"}
