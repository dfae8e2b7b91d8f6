"""Answers of remote systems that are none, late or not theirs, and files that cannot be had."""

from __future__ import annotations

import hashlib
import json
import time
from email.utils import formatdate
from typing import Any

import pytest

from jobs.processors.base import BadData, Batch, Outcome, ProductUnavailable
from jobs.processors.http import HttpProcessor
from jobs.processors.http.signing import signed
from tests.processors.batches import Call
from tests.processors.databases import LISTED
from tests.processors.remotes import SECRET, Answer, answering
from tests.processors.systems import Says, email, on_this_machine, says, signed_answer

__all__ = ["on_this_machine", "says"]


def unavailable(processor: HttpProcessor, call: Call) -> ProductUnavailable:
    with pytest.raises(ProductUnavailable) as caught:
        call(processor, "access", email("access", "a@example.org"))
    return caught.value


@pytest.mark.parametrize(
    ("status", "headers", "detail", "retry_after"),
    [
        (429, {"Retry-After": "120"}, "remote.busy", 120),
        (503, {"Retry-After": "999999999"}, "remote.busy", 6 * 3600),
        (503, {"Retry-After": "soon"}, "remote.busy", None),
        (500, {}, "remote.status", None),
        (302, {"Location": "/"}, "remote.status", None),
        (401, {}, "remote.not_let_in", None),
        (403, {}, "remote.not_let_in", None),
        (404, {}, "remote.status", None),
        (400, {}, "remote.status", None),  # unsigned: who knows who said it
    ],
)
def test_a_status_that_says_no_makes_the_product_unavailable(
    says: Says, call: Call, status: int, headers: Any, detail: str, retry_after: Any
) -> None:
    error = unavailable(says(answer=lambda *_: (status, headers, b"{}")), call)

    assert (error.detail, error.retry_after) == (detail, retry_after)


def test_retry_after_may_be_a_date(says: Says, call: Call) -> None:
    later = {"Retry-After": formatdate(time.time() + 600, usegmt=True)}

    error = unavailable(says(answer=lambda *_: (429, later, b"")), call)

    assert error.retry_after
    assert 500 < error.retry_after <= 600


@pytest.mark.parametrize("status", [400, 422, 413])
def test_a_refused_batch_is_bad_data(says: Says, call: Call, status: int) -> None:
    def refuse(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        return signed_answer([], headers, status)

    with pytest.raises(BadData) as caught:
        call(says(answer=refuse), "access", email("access", "a@example.org"))
    assert caught.value.params == {"status": status}


def test_answers_that_are_not_the_systems_are_refused(says: Says, call: Call) -> None:
    old: list[Answer] = []

    def replayed(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        old.append(signed_answer([], headers))
        return old[0]

    def unsigned(*_: Any) -> Answer:
        return 200, {}, b'{"outcomes":[]}'

    def strange(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        said = b'{"outcomes":[]}'
        return 200, signed(["guessed" * 9], headers["portal-signature"], said), said

    def no_json(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        return 200, signed([SECRET], headers["portal-signature"], b"<p>"), b"<p>"

    assert unavailable(says(answer=unsigned), call).detail == "http.signature"
    assert unavailable(says(answer=strange), call).detail == "http.signature"
    assert unavailable(says(answer=no_json), call).detail == "remote.not_json"
    processor = says(answer=replayed)
    with pytest.raises(KeyError):  # the first is fresh, and of nobody
        call(processor, "access", email("access", "a@example.org"))
    assert unavailable(processor, call).detail == "http.signature"


def test_nobody_there_and_places_that_are_not_listed(settings: Any, call: Call) -> None:
    processor = HttpProcessor({"url": "http://127.0.0.1:9", "secret": SECRET})

    assert unavailable(processor, call).detail == "remote.unreachable"
    settings.PRODUCT_PRIVATE_HOSTS = []
    settings.OUTBOUND_PRIVATE_HOSTS = LISTED  # of receivers, not of products
    assert unavailable(processor, call).detail == "remote.refused"


def test_time_that_is_over_is_not_the_products_fault(says: Says, call: Call) -> None:
    def slow(*_: Any) -> Answer:
        time.sleep(3)
        return 200, {}, b""

    batch = Batch(
        "access", [email("access", "a@x.org")], time.monotonic() + 1.2, call._begin, call._content
    )
    with pytest.raises(TimeoutError):
        list(says(answer=slow).process(batch))


def given(says: Says, call: Call, *files: dict[str, Any]) -> Outcome:
    [outcome] = call(
        says(status="done", files=list(files)), "access", email("access", "a@example.org")
    )
    return outcome


def test_names_of_files_are_made_safe(says: Says, call: Call) -> None:
    names = ["../../etc/passwd", "C:\\x\\a.json", "A.json", "", "..", "con.txt", "é\n.json"]

    outcome = given(says, call, *({"name": name, "content": [1]} for name in names))

    assert outcome.content
    assert [file.name for file in outcome.content.files] == [
        "passwd", "a.json", "2-A.json", "file", "2-file", "_con.txt", "__.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"path": "files/x"}, "no-sha256"),
        ({"path": "../x", "sha256": "0" * 64}, "bad-path"),
        ({"path": "a/%2e%2e/x", "sha256": "0" * 64}, "bad-path"),
        ({"path": "//evil.example/x", "sha256": "0" * 64}, "bad-path"),
        ({"path": "https://evil.example/x", "sha256": "0" * 64}, "bad-path"),
        ({"path": "", "sha256": "0" * 64}, "bad-path"),
    ],
)
def test_files_come_from_the_system_itself_and_have_a_digest(
    says: Says, call: Call, file: dict[str, str], why: str
) -> None:
    outcome = given(says, call, {"name": "x", **file})

    assert (outcome.code, outcome.detail, outcome.params) == (
        "1020-400",
        "http.file",
        {"why": why},
    )


@pytest.mark.parametrize(
    ("status", "body", "why", "retry"),
    [(200, b"other", "wrong-sha256", True), (404, b"", "status-404", True)],
)
def test_a_file_that_fails_is_one_persons_failure(
    call: Call, status: int, body: bytes, why: str, retry: bool
) -> None:
    digest = hashlib.sha256(b"right").hexdigest()

    def answer(method: str, path: str, headers: dict[str, str], asked: bytes) -> Answer:
        if method == "GET":
            return status, {}, body
        files = [{"name": "x", "path": "files/x", "sha256": digest}]
        said = [
            {"id": one["id"], "status": "done", "files": files if number == 0 else []}
            for number, one in enumerate(json.loads(asked)["requests"])
        ]
        return signed_answer(said, headers)

    with answering(answer) as url:
        processor = HttpProcessor({"url": url, "secret": SECRET})
        bad, fine = call(
            processor, "access", email("access", "a@x.org"), email("access", "b@x.org")
        )

    assert (bad.detail, bad.params, bad.retry) == ("http.file", {"why": why}, retry)
    assert fine.code == "6000-200"
