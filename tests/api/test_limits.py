"""How many jobs a day and how many calls a minute; neither gives way to two at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from jobs.models import Job, PrivacyRequest
from jobs.services.submission import submit as store
from privacyportal.actors import SYSTEM
from privacyportal.api import daily, rates
from privacyportal.api.models import DayCount
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from tests.api.bodies import ORGANIZATION, document, user
from tests.api.conftest import JOBS, Program, make_organization, make_program
from tests.api.looking import rows
from tests.api.work import submit
from tests.engine.conftest import IdentityDraft as Identity
from tests.engine.conftest import PersonDraft, RequestDraft
from tests.races import together

NOON = "2026-11-24 12:00:00+00:00"


def people(count: int) -> dict[str, Any]:
    return document(users=[user(f"k{n}") for n in range(count)])


def counted() -> int:
    return DayCount.objects.get().jobs


# --- jobs a day --------------------------------------------------------------------------------


def test_above_the_limit_is_400_with_the_hour_at_which_it_reopens(
    program: Program, settings: Any
) -> None:
    settings.API_JOBS_PER_DAY = 5
    with time_machine.travel(NOON, tick=False):
        (parent, *_) = submit(program, people(3))
        submit(program, people(1), f"{JOBS}/{parent.public_id}/child-job")
        before = rows()

        answers = [program.post(people(2)),
                   program.post(people(2), f"{JOBS}/{parent.public_id}/child-job")]  # fmt: skip

        for answer in answers:
            told = answer.json()
            assert answer.status_code == told["status"] == told["errors"]["errorCode"] == 400
            assert "5 jobs a day" in told["detail"]
            assert "11/25/2026 at 12:00 AM GMT" in told["errors"]["detail"]
        assert rows() == before
        assert (program.post(people(1)).status_code, counted()) == (202, 5)


def test_a_new_day_begins_at_midnight_gmt(program: Program, settings: Any) -> None:
    settings.API_JOBS_PER_DAY = 2
    with time_machine.travel("2026-11-24 23:59:59+00:00", tick=False):
        assert program.post(people(2)).status_code == 202
        assert program.post(people(1)).status_code == 400
    with time_machine.travel("2026-11-25 00:00:00+00:00", tick=False):
        assert program.post(people(2)).status_code == 202


def test_only_what_programs_make_is_counted_and_each_organization_alone(
    program: Program, organization: Organization, stranger: Program, settings: Any
) -> None:
    settings.API_JOBS_PER_DAY = 2
    person = PersonDraft("k", ("access",), (Identity("email", "Email", "ann@example.com"),))
    for _ in range(3):
        draft = RequestDraft(
            regulation="gdpr", regulation_given="gdpr", products=("crm",), people=(person,)
        )
        store(organization=organization, by=SYSTEM, draft=draft)

    assert program.post(people(2)).status_code == 202
    assert make_program(organization).post(people(1)).status_code == 400
    assert stranger.post(document("Other@PortalOrg")).status_code == 202


def test_zero_turns_the_limit_off(program: Program, settings: Any) -> None:
    settings.API_JOBS_PER_DAY = 0

    assert program.post(people(3)).status_code == 202
    assert not DayCount.objects.exists()


def test_a_call_that_comes_again_and_one_that_is_refused_are_not_counted(
    program: Program, settings: Any
) -> None:
    settings.API_JOBS_PER_DAY = 2
    for _ in range(3):
        assert program.having(Idempotency_Key="k-1").post(people(2)).status_code == 202
        assert program.post(document(users=[user(action=["erase"])])).status_code == 400

    assert counted() == 2


def test_two_large_calls_at_once_cannot_both_pass(transactional_db: None, settings: Any) -> None:
    program = make_program(make_organization(ORGANIZATION, "crm"))
    settings.API_JOBS_PER_DAY = 150
    for n in range(5):
        DayCount.objects.all().delete()

        answers = together(*[lambda: program.post(people(100))] * 2)

        assert sorted(a.status_code for a in answers) == [202, 400]
        assert counted() == 100
        assert Job.objects.count() == 100 * (n + 1)


def test_counting_is_one_statement_by_its_index(organization: Organization) -> None:
    with connection.execute_wrapper(seen := Statements()):
        daily.take(organization, 3)
        daily.take(organization, 4)

    assert len(seen.all) == 2
    assert counted() == 7
    DayCount.objects.update(day=datetime(2026, 1, 1, tzinfo=UTC).date())
    assert daily.forget_old_counts() == 1


class Statements:
    def __init__(self) -> None:
        self.all: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.all.append(sql)
        return execute(sql, params, many, context)


# --- calls a minute ----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _redis_is_asked() -> Iterator[None]:
    rates._away.until = 0.0
    rates._script.cache_clear()
    yield
    rates._away.until = 0.0
    rates._script.cache_clear()


def told(answer: HttpResponse) -> tuple[int, ...]:
    names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    return tuple(int(answer.headers[name]) for name in names)


def test_every_answer_to_a_known_credential_tells_its_rate(
    program: Program, organization: Organization, settings: Any
) -> None:
    settings.API_RATE_PER_MINUTE = 600
    reader = make_program(organization, Permission.OPT_OUT_READ)
    missing = f"{JOBS}/nothing"

    answers = [
        (program.get(regulation="gdpr"), 200),
        (program.get(), 400),
        (program.get(missing), 404),
        (program.post(document()), 202),
        (program.post(b"{}", content_type="text/plain"), 400),
        (reader.get(regulation="gdpr"), 403),
    ]

    for answer, status in answers:
        assert answer.status_code == status
        limit, left, reset = told(answer)
        assert (limit, reset <= 2) == (600, True)
        assert 590 <= left < 600
    assert "RateLimit-Limit" not in program.without("Authorization").get().headers


def test_too_many_calls_are_429_in_the_gateways_words_until_there_is_room(
    program: Program, organization: Organization, settings: Any
) -> None:
    settings.API_RATE_PER_MINUTE = 30  # one in two seconds
    answers = [program.get(regulation="gdpr") for _ in range(34)]
    refused = [a for a in answers if a.status_code == 429]

    assert {a.status_code for a in answers} == {200, 429}
    assert answers[0].status_code == 200
    last = refused[-1]
    assert last.json() == {"error_code": "429050", "message": "Too many requests"}
    assert last.headers["Retry-After"] in ("1", "2")
    assert told(last)[:2] == (30, 0)
    assert make_program(organization).get(regulation="gdpr").status_code == 200
    time.sleep(2.1)
    assert program.get(regulation="gdpr").status_code == 200


def test_a_call_that_is_refused_does_nothing(program: Program, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 1
    assert program.post(document()).status_code == 202

    assert program.post(document()).status_code == 429
    assert PrivacyRequest.objects.count() == 1


def test_a_bucket_counts_right_when_many_take_at_once() -> None:
    allowed: list[bool] = []
    who = f"test:{time.time_ns()}"

    def take() -> None:
        for _ in range(20):
            rate = rates.take(who, 60)
            assert rate
            allowed.append(rate.allowed)

    threads = [threading.Thread(target=take) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 60 <= sum(allowed) <= 62


def test_zero_turns_the_rate_off(program: Program, settings: Any) -> None:
    settings.API_RATE_PER_MINUTE = 0

    assert "RateLimit-Limit" not in program.get(regulation="gdpr").headers


def test_without_redis_calls_are_answered_and_it_is_said_once(
    program: Program, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answers = [program.get(regulation="gdpr") for _ in range(20)]

    assert {a.status_code for a in answers} == {200}
    assert "RateLimit-Limit" not in answers[0].headers
    assert caplog.text.count("rate.unavailable") == 1


def test_a_redis_that_does_not_answer_holds_nobody_up(program: Program, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()

        answers = [program.get(regulation="gdpr") for _ in range(5)]

        assert {a.status_code for a in answers} == {200}
        assert time.monotonic() - began < 15


# --- tokens ------------------------------------------------------------------------------------


def ask(client_id: str, secret: str, **extra: str) -> HttpResponse:
    form = {"client_id": client_id, "client_secret": secret, "grant_type": "client_credentials"}
    content_type = "application/x-www-form-urlencoded"
    return Client().post("/ims/token/v3", urlencode(form), content_type, **extra)


def test_asking_for_tokens_too_often_is_429(program: Program, settings: Any) -> None:
    settings.API_TOKENS_PER_MINUTE = 5
    client_id = program.credential.client_id

    statuses = [ask(client_id, "wrong").status_code for _ in range(5)]
    refused = ask(client_id, program.secret)
    elsewhere = ask(client_id, program.secret, REMOTE_ADDR="198.51.100.7")

    assert statuses == [400] * 5
    assert (refused.status_code, refused.json()["error_code"]) == (429, "429050")
    assert 1 <= int(refused.headers["Retry-After"]) <= 12
    assert elsewhere.status_code == 200


def test_an_address_that_tries_many_client_ids_is_429(db: None, settings: Any) -> None:
    settings.API_TOKENS_PER_MINUTE = 1
    address = {"REMOTE_ADDR": "198.51.100.9"}

    statuses = [ask(f"guess-{n}", "x", **address).status_code for n in range(12)]

    assert statuses == [400] * 10 + [429] * 2
