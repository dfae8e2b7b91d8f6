"""The HTTP processor against its reference endpoint: asked, answered at once or later, set up."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from jobs.processors.base import Assignment, Batch, LeaseLost, NotHeard, Outcome, Pending
from jobs.processors.http import HttpProcessor
from jobs.processors.http.signing import signed
from tests.processors.batches import Call, files, person
from tests.processors.remotes import OTHER, SECRET, Answer, Reference, answering
from tests.processors.systems import (
    Says,
    Start,
    codes,
    email,
    on_this_machine,
    says,
    signed_answer,
    start,
    system,
)

__all__ = ["on_this_machine", "says", "start", "system"]


# --- what is asked and what is told --------------------------------------------------------------


def test_access_gives_what_the_system_holds(system: Reference, call: Call) -> None:
    known, unknown = email("access", "A@example.org"), email("access", "nobody@example.org")

    found, missing = call(HttpProcessor(system.document()), "access", known, unknown)

    assert (found.code, found.records, found.processed) == ("6000-200", 1, (0,))
    assert files(found)["people.json"][0]["note"] == "likes tea"
    assert missing.code == "6052-200"


def test_large_content_is_downloaded_and_what_its_digest_says(
    system: Reference, call: Call
) -> None:
    system.add("big@example.org", note="x" * 600_000)

    [outcome] = call(HttpProcessor(system.document()), "access", email("access", "big@example.org"))

    assert outcome.content
    assert outcome.content.path
    assert outcome.content.size > 600_000
    assert outcome.content.files[0].sha256 in system.paths[-1]
    assert outcome.records == 1


def test_delete_begins_before_it_is_sent_and_is_done_once(system: Reference, call: Call) -> None:
    gone = email("delete", "a@example.org")
    processor = HttpProcessor(system.document())

    [first] = call(processor, "delete", gone)
    assert call.begun[gone.id] == Outcome(gone.id, "6000-200")
    system.add("a@example.org")  # whoever is there now came after the request
    [again] = call(processor, "delete", gone)

    assert (first.code, first.records) == (again.code, again.records) == ("6000-200", 1)
    assert system.emails == ["a@example.org", "b@example.org"]


def test_nothing_is_sent_when_the_lease_is_lost(system: Reference, tmp_path: Path) -> None:
    def lost(_told: Any) -> None:
        raise LeaseLost

    batch = Batch("delete", [email("delete", "a@example.org")], time.monotonic() + 9, lost, None)  # type: ignore[arg-type]

    with pytest.raises(LeaseLost):
        list(HttpProcessor(system.document()).process(batch))
    assert system.paths == []


def test_nobody_found_on_a_second_try_is_no_proof_that_nobody_was_there(
    says: Says, call: Call
) -> None:
    processor = says(status="not_found")
    first = email("delete", "a@example.org")
    second = email("delete", "a@example.org", begun=Outcome(first.id, "6000-200"))

    assert codes(call(processor, "delete", first)) == ["6052-200"]
    [outcome] = call(processor, "delete", second)
    assert (outcome.code, outcome.detail) == ("6000-200", "remote.sent_before")


def test_only_the_namespaces_of_the_settings_are_sent(system: Reference, call: Call) -> None:
    processor = HttpProcessor(system.document(namespaces=["Email"]))
    both = person("access", ("phone", ""), ("email", "a@example.org"))

    found, stranger = call(processor, "access", both, person("access", ("phone", "")))

    assert processor.namespaces == {"email"}
    assert (found.processed, found.ignored) == ((1,), (0,))
    assert (stranger.code, stranger.ignored) == ("6053-200", (0,))


def test_opt_outs_are_told_where_the_settings_say_so(call: Call) -> None:
    got: list[Any] = []

    def take(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        got.append(json.loads(body))
        said = [{"id": one["id"], "status": "done"} for one in got[-1]["requests"]]
        return signed_answer(said, headers)

    with answering(take) as url:
        processor = HttpProcessor({"url": url, "secret": SECRET, "opt_out": True})
        assert "opt-out-of-sale" in processor.actions
        [outcome] = call(processor, "opt-out-of-sale", email("opt-out-of-sale", "a@example.org"))

    assert outcome.code == "6000-200"
    assert "opted_out" in got[0]["requests"][0]["identities"][0]
    assert "opt-out-of-sale" not in HttpProcessor({"url": url, "secret": SECRET}).actions


def test_what_is_kept_and_why_an_error_is_said_in_a_word_only(says: Says, call: Call) -> None:
    someone = email("delete", "a@example.org")

    [kept] = call(says(status="done", records=2, kept=3, reason="bookkeeping"), "delete", someone)
    [held] = call(says(status="error", reason="legal_hold"), "delete", someone)
    [chatty] = call(says(status="error", reason="a@example.org objected"), "delete", someone)
    [busy] = call(says(status="error", retry=True), "access", email("access", "x@example.org"))

    assert (kept.detail, kept.params) == ("http.kept", {"kept": 3, "reason": "bookkeeping"})
    assert (held.code, held.params, held.retry) == ("1021-400", {"reason": "legal_hold"}, False)
    assert (chatty.detail, chatty.params) == ("http.failed", {})
    assert (busy.code, busy.retry) == ("1022-400", True)


# --- later answers -------------------------------------------------------------------------------


def poll(processor: HttpProcessor, call: Call, *assignments: Assignment, step: str = "poll") -> Any:
    batch = Batch(
        assignments[0].action, assignments, time.monotonic() + 30, call._begin, call._content
    )
    return list(getattr(processor, step)(batch))


def test_what_is_accepted_is_asked_for_again(start: Start, call: Call) -> None:
    system = start(later=0.3)
    system.add("a@example.org")
    gone = email("delete", "a@example.org")
    processor = HttpProcessor(system.document())

    [taken] = call(processor, "delete", gone)
    assert isinstance(taken, Pending)
    assert (taken.reference, taken.check_after) == (str(gone.id), 60)
    end = time.monotonic() + 60
    while isinstance(answer := poll(processor, call, gone)[0], Pending):
        assert time.monotonic() < end
        time.sleep(0.1)

    assert (answer.code, answer.records) == ("6000-200", 1)
    assert system.emails == []


def test_a_poll_tells_of_nobody_what_it_is_told(says: Says, call: Call) -> None:
    begun = Outcome(UUID(int=1), "6000-200")
    waiting = email("delete", "a@example.org", begun=begun)

    assert poll(says(status="not_found"), call, waiting)[0].code == "6052-200"
    [forgotten] = poll(says(status="unknown"), call, waiting)
    assert (forgotten.detail, forgotten.retry) == ("http.forgotten", False)


def test_what_was_not_done_yet_can_be_withdrawn(start: Start, call: Call) -> None:
    system = start(later=60)
    system.add("a@example.org")
    gone, never = email("delete", "a@example.org"), email("delete", "b@example.org")
    processor = HttpProcessor(system.document())
    call(processor, "delete", gone)

    withdrawn, late = poll(processor, call, gone, never, step="cancel")

    assert (withdrawn.good, late.detail) == (True, "http.not_withdrawn")
    assert system.emails == ["a@example.org"]


def test_only_a_signed_callback_is_heard() -> None:
    processor = HttpProcessor({"url": "https://x.example", "secret": OTHER, "old_secret": SECRET})
    body = b'{"ids":["one","two"]}'

    def heard(headers: dict[str, str], body: bytes = body) -> Any:
        return processor.hear({name.lower(): v for name, v in headers.items()}, body)

    assert heard(signed([SECRET], "callback", body)) == ["one", "two"]
    assert heard(signed([OTHER], "callback", body)) == ["one", "two"]
    for wrong in (
        {},
        signed(["guessed" * 9], "callback", body),
        signed([SECRET], "requests", body),
        signed([SECRET], "callback", body, seconds_ago=400),
        signed([SECRET], "callback", body, seconds_ago=-400),
        {**signed([SECRET], "callback", body), "Portal-Timestamp": "٣"},
    ):
        with pytest.raises(NotHeard):
            heard(wrong)
    with pytest.raises(NotHeard):
        heard(signed([SECRET], "callback", b"no"), b"no")


# --- settings ------------------------------------------------------------------------------------


def test_every_problem_has_its_path() -> None:
    wrong = {
        "url": "ftp://x",
        "secret": "short",
        "old_secret": 7,
        "namespaces": ["email", 3],
        "poll_seconds": 1,
        "opt_out": "yes",
        "more": 1,
    }

    paths = [problem.path for problem in HttpProcessor.validate(wrong)]

    assert paths == [
        "more", "url", "secret", "old_secret", "namespaces[1]", "poll_seconds", "opt_out",
    ]  # fmt: skip
    assert [p.path for p in HttpProcessor.validate({})] == ["url", "secret"]
    assert HttpProcessor.validate([])[0].path == ""
    assert HttpProcessor.validate({"url": "https://x.example.org/a", "secret": SECRET}) == []


def test_test_connection_tells_what_is_wrong(system: Reference, start: Start) -> None:
    def findings(**more: Any) -> list[tuple[str, str]]:
        found = HttpProcessor(system.document(**more)).test_connection()
        return [(finding.level, finding.path) for finding in found]

    assert findings() == [("ok", "")]
    assert findings(secret="guessed" * 9) == [("error", "url")]
    assert findings(url="http://127.0.0.1:9/x") == [("error", "url")]
    assert findings(opt_out=True, namespaces=["Phone"]) == [
        ("ok", ""), ("error", "opt_out"), ("warning", "namespaces"),
    ]  # fmt: skip


def test_a_secret_is_replaced_without_a_gap(start: Start, call: Call) -> None:
    system = start(secrets=[SECRET])
    system.add("a@example.org")

    def works(**secrets: str) -> bool:
        processor = HttpProcessor({**system.document(), **secrets})
        [outcome] = call(processor, "access", email("access", "a@example.org"))
        return outcome.code == "6000-200"

    assert works(secret=OTHER, old_secret=SECRET)
    system.system.secrets = [OTHER, SECRET]
    assert works(secret=OTHER, old_secret=SECRET)
    system.system.secrets = [OTHER]
    assert works(secret=OTHER)
