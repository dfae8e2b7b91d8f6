"""POSTs that come again: one answer, one request, whatever happens at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from jobs.api import creating
from jobs.engine.housekeeping import keep_house
from jobs.models import CustomNamespace, Job, PrivacyRequest
from privacyportal.api.models import RepeatMark
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import JOBS, Program, make_program
from tests.api.looking import rows
from tests.api.work import submit
from tests.races import together

NAMESPACES = "/data/core/privacy/namespaces"
DAY = timedelta(hours=24)


def marked(program: Program, key: str = "k-1") -> Program:
    return program.having(Idempotency_Key=key)


def same(first: HttpResponse, again: HttpResponse) -> None:
    assert (first.status_code, again.status_code) == (202, 202), again.content
    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def age(by: timedelta) -> None:
    RepeatMark.objects.update(created_at=timezone.now() - by)


def test_the_same_call_is_answered_again_and_stores_nothing(program: Program) -> None:
    digits = "12345678901234567890123456789012345678"
    people = [
        user("ann", action=["delete", "access"], ids=[identity(), identity("ECID", digits)]),
        user("bö", ids=[{"namespace": "Loyalty", "value": "7", "isDeletedClientSide": True}]),
        user("cy", ids=[{"namespaceId": 4, "value": "x"}, {"namespace": "4", "value": "y",
                         "type": "namespaceId"}]),
    ]  # fmt: skip
    body = document(users=people, regulation="apa_aus")
    first = marked(program).post(body)
    assert "warnings" in first.json()
    before = rows()

    again = marked(program).post(body)

    same(first, again)
    assert rows() == before
    assert Job.objects.count() == first.json()["totalRecords"] == 4


@pytest.mark.parametrize("path", [f"{JOBS}/", "/data/privacy/gdpr", "/data/privacy/gdpr/"])
def test_the_other_spellings_of_a_path_are_the_same_place(program: Program, path: str) -> None:
    first = marked(program).post(document())

    same(first, marked(program).post(document(), path))


def test_a_body_says_the_same_whatever_its_order_and_spaces(program: Program) -> None:
    body = document()
    first = marked(program).post(body)

    again = marked(program).post(dict(reversed(body.items())))

    same(first, again)


@pytest.mark.parametrize("changes", [{"priority": "low"}, {"include": ["webshop"]}, {"x": 1}])
def test_another_body_under_the_same_key_is_409(program: Program, changes: dict[str, Any]) -> None:
    marked(program).post(document())

    answer = marked(program).post(document(**changes))

    assert answer.status_code == answer.json()["status"] == 409
    assert "Idempotency-Key" in answer.json()["detail"]
    assert PrivacyRequest.objects.count() == 1


def test_what_was_refused_may_be_mended_under_the_same_key(program: Program) -> None:
    before = rows()
    assert marked(program).post(document(users=[])).status_code == 400
    assert rows() == before

    assert marked(program).post(document()).status_code == 202


def test_keys_are_each_credentials_own_and_each_places(
    program: Program, organization: Organization, stranger: Program
) -> None:
    colleague = make_program(organization)
    answers = [marked(who).post(document()) for who in (program, colleague)]
    answers.append(marked(stranger).post(document("Other@PortalOrg")))
    parent = Job.objects.order_by("pk").first()
    assert parent is not None

    answers.append(marked(program).post(document(), f"{JOBS}/{parent.public_id}/child-job"))

    assert {a.status_code for a in answers} == {202}
    assert len({a.json()["requestId"] for a in answers}) == 4


def test_a_child_job_may_come_again_under_both_bases(program: Program) -> None:
    (parent,) = submit(program, document())
    first = marked(program).post(document(), f"{JOBS}/{parent.public_id}/child-job")

    again = marked(program).post(document(), f"/data/privacy/gdpr/{parent.public_id}/child")

    same(first, again)
    assert Job.objects.count() == 2


def test_without_a_mark_the_same_body_is_a_new_request(program: Program) -> None:
    program.post(document())
    program.post(document())
    program.having(Idempotency_Key="  ").post(document())

    assert PrivacyRequest.objects.count() == 3
    assert not RepeatMark.objects.exists()


def test_a_request_id_marks_a_call_by_itself(program: Program, organization: Organization) -> None:
    body = document(requestId="order-7")
    first = program.post(body)

    same(first, program.post(body))
    assert program.post(body | {"priority": "low"}).status_code == 409
    assert make_program(organization).post(body).status_code == 409
    same(first, marked(program).post(body))
    same(first, marked(program).post(body))
    assert PrivacyRequest.objects.count() == 1


def test_after_a_day_a_key_may_be_used_again_and_a_request_id_may_not(program: Program) -> None:
    plain = marked(program).post(document())
    named = program.post(document(requestId="order-7"))
    age(DAY + timedelta(seconds=1))

    other = marked(program).post(document(priority="low"))
    again = program.post(document(requestId="order-7"))

    assert other.status_code == 202
    assert other.json()["requestId"] != plain.json()["requestId"]
    assert named.status_code == 202
    assert again.status_code == 409
    same(other, marked(program).post(document(priority="low")))


def test_housekeeping_forgets_old_marks_only(program: Program) -> None:
    marked(program).post(document())
    age(DAY - timedelta(minutes=1))
    keep_house()
    assert RepeatMark.objects.count() == 1

    age(DAY)
    keep_house()

    assert not RepeatMark.objects.exists()
    assert marked(program).post(document()).status_code == 202


def test_a_key_is_bounded(program: Program) -> None:
    answer = marked(program, "k" * 256).post(document())

    (problem,) = answer.json()["report"]["errors"]
    assert (answer.status_code, problem["path"]) == (400, "Idempotency-Key")
    assert marked(program, "k" * 255).post(document()).status_code == 202


def test_neither_key_nor_body_is_kept_in_clear(program: Program) -> None:
    marked(program, "order of ann@example.com").post(document())

    mark = RepeatMark.objects.get()
    assert len(mark.mark) == len(mark.content) == 32
    assert mark.target == PrivacyRequest.objects.get().pk


def test_other_endpoints_may_come_again_too(program: Program) -> None:
    body = {"name": "Loyalty"}
    first, again = (marked(program).post(body, NAMESPACES) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert CustomNamespace.objects.count() == 1


# --- at once -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["key", "requestId", "both"])
def test_of_two_that_race_one_waits_and_both_get_the_same(racer: Program, by: str) -> None:
    for n in range(8):
        program = racer if by == "requestId" else marked(racer, f"k-{n}")
        body = document(**({} if by == "key" else {"requestId": f"order-{n}"}))

        one, two = together(*[lambda p=program, b=body: p.post(b)] * 2)

        assert (one.status_code, two.status_code) == (202, 202), (one.content, two.content)
        assert one.content == two.content
        assert [a.headers.get("Idempotent-Replayed") for a in (one, two)].count("true") == 1
        assert PrivacyRequest.objects.count() == n + 1


def test_where_the_first_fails_the_second_that_waited_makes_it(
    racer: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = creating._made, threading.Event()

    def fails_once(*args: Any) -> Any:
        made = real(*args)
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        return made

    monkeypatch.setattr(creating, "_made", fails_once)

    answers = together(*[lambda: marked(racer).post(document())] * 2)

    assert sorted(a.status_code for a in answers) == [202, 500]
    assert PrivacyRequest.objects.count() == 1


def test_two_bodies_that_race_under_one_key_are_one_request_and_one_409(racer: Program) -> None:
    for n in range(8):
        program = marked(racer, f"k-{n}")

        answers = together(
            lambda p=program: p.post(document()), lambda p=program: p.post(document(priority="low"))
        )

        assert sorted(a.status_code for a in answers) == [202, 409]
        assert PrivacyRequest.objects.count() == n + 1
