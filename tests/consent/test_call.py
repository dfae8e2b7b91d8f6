"""POST /consent: recorded as a whole, made into jobs, told to products."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.models import ConsentCall, ConsentRecord, ConsentState
from consent.services import calls
from jobs.models import DataSubject, Job, PrivacyRequest, Product, RequestSubject
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program
from tests.consent.conftest import CONSENT, call, present, told
from tests.engine.conftest import Trial
from tests.engine.trial import TrialProcessor


def test_an_opt_out_is_accepted_without_a_word_and_told_to_the_product(
    trial: Trial, program: Program
) -> None:
    answer = program.post(call("anna@example.org", "bo@example.org"), CONSENT)

    assert (answer.status_code, answer.content) == (202, b"")
    jobs = trial.jobs()
    assert [(j.action, j.state, j.regulation) for j in jobs] == [
        ("opt-out-of-sale", "submitted", "ccpa")
    ] * 2

    trial.work(1)

    assert told(trial) == ["anna@example.org True", "bo@example.org True"]
    assert trial.states("opt-out-of-sale") == [("complete", "6000-200")] * 2
    assert {job.state for job in trial.jobs()} == {"complete"}


def test_who_opts_back_in_is_told_so(trial: Trial, program: Program) -> None:
    program.post(call("anna@example.org"), CONSENT)
    trial.work(1)
    program.post(call("anna@example.org", out="false"), CONSENT)
    trial.work(1)

    assert told(trial) == ["anna@example.org True", "anna@example.org False"]
    assert [r.outcome_detail for r in trial.responses("opt-out-of-sale")] == ["", ""]
    assert present(program, "anna@example.org")["optOutOfSale"] is False


def test_its_jobs_look_like_others_and_name_nobody(trial: Trial, program: Program) -> None:
    program.post(call("anna@example.org", requestId="mine"), CONSENT)

    [listed] = program.get(regulation="ccpa").json()["jobDetails"]
    assert (listed["requestId"], listed["action"]) == ("mine", "opt-out-of-sale")
    assert "anna" not in listed["userKey"]
    detail = program.get(f"/data/core/privacy/jobs/{listed['jobId']}").json()
    assert detail["userIds"] == [
        {
            "namespace": "email",
            "value": "anna@example.org",
            "type": "standard",
            "isDeletedClientSide": False,
            "namespaceId": 6,
        }
    ]


def test_an_identity_has_one_key_in_all_calls(trial: Trial, program: Program) -> None:
    program.post(call("anna@example.org", "bo@example.org"), CONSENT)
    program.post(call("ANNA@example.org"), CONSENT)

    assert DataSubject.objects.count() == 2


@pytest.mark.parametrize("action", [["opt-out-of-sale"]])
def test_a_job_that_opts_out_ends_in_the_same_place(
    trial: Trial, program: Program, action: list[str]
) -> None:
    ids = [identity(value="anna@example.org"), identity("phone", "+46 70 1")]
    body = document(
        trial.organization.ims_org_id,
        users=[user(action=action, ids=ids), user("bo", ids=[identity(value="bo@example.org")])],
        include=["trial"],
        regulation="ccpa",
    )

    assert program.post(body).status_code == 202
    trial.work(1)

    assert present(program, "anna@example.org")["optOutOfSale"] is True
    assert present(program, "46701", "phone")["optOutOfSale"] is True
    assert present(program, "bo@example.org")["optOutOfSale"] is None
    assert sorted(told(trial)) == ["+46 70 1 True", "anna@example.org True"]


def test_a_product_that_cannot_be_told_is_left_out(trial: Trial, program: Program) -> None:
    Product.objects.update(actions=["access", "delete"])

    assert program.post(call("anna@example.org"), CONSENT).status_code == 202

    [job] = trial.jobs()
    assert (job.state, job.responses.count()) == ("complete", 0)
    assert present(program, "anna@example.org")["optOutOfSale"] is True


def test_a_product_that_is_named_and_cannot_be_told_says_so(trial: Trial, program: Program) -> None:
    Product.objects.update(actions=["access", "delete"])
    body = document(
        trial.organization.ims_org_id, users=[user(action=["opt-out-of-sale"])], include=["trial"]
    )

    assert program.post(body).status_code == 202

    [response] = trial.responses("opt-out-of-sale")
    assert (response.state, response.outcome_code) == ("complete", "6051-200")
    assert response.outcome_detail == "engine.no_such_action"


def test_a_product_that_can_no_longer_be_told_says_so(
    trial: Trial, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.post(call("anna@example.org"), CONSENT)
    monkeypatch.setattr(TrialProcessor, "actions", frozenset({"access", "delete"}))

    trial.work(1)

    [response] = trial.responses("opt-out-of-sale")
    assert (response.state, response.outcome_code) == ("complete", "6051-200")
    assert (response.outcome_detail, told(trial)) == ("engine.no_such_action", [])


def test_a_call_that_fails_stops_no_other(
    trial: Trial, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    for name in "abc":
        program.post(call(f"{name}1@example.org", f"{name}2@example.org"), CONSENT)
    first = ConsentCall.objects.earliest("pk")
    make = calls.make_jobs

    def failing(one: ConsentCall) -> int:
        if one.pk == first.pk:
            Job.objects.create()  # the database says no
        return make(one)

    monkeypatch.setattr(calls, "make_jobs", failing)

    assert calls.make_open_jobs() == 2
    assert list(ConsentCall.objects.filter(closed_at=None)) == [first]


def test_the_same_value_in_two_namespaces_is_two_identities(trial: Trial, program: Program) -> None:
    entities = [
        {"namespace": "email", "values": ["1"]},
        {"nameSpace": "CRM id", "values": ["1", 38000000000000000000000000000000000001]},
    ]

    assert program.post({"optOutOfSale": True, "entities": entities}, CONSENT).status_code == 202

    assert ConsentState.objects.count() == 3
    found = present(program, "38000000000000000000000000000000000001", "crm ID")
    assert found["optOutOfSale"] is True


def test_many_are_recorded_at_once_and_their_jobs_made_step_by_step(
    trial: Trial, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", 10)
    values = [f"p{n}@example.org" for n in range(25)]

    assert program.post(call(*values), CONSENT).status_code == 202

    assert (ConsentRecord.objects.count(), Job.objects.count()) == (25, 10)
    progress = ConsentCall.objects.get()
    assert (progress.total, progress.made, progress.closed_at) == (25, 10, None)

    assert calls.make_open_jobs() == 15
    assert calls.make_open_jobs() == 0

    progress.refresh_from_db()
    assert progress.made == 25
    assert progress.closed_at is not None
    assert sorted(RequestSubject.objects.values_list("position", flat=True)) == list(range(25))
    trial.work(1)
    assert sorted(told(trial)) == sorted(f"{value} True" for value in values)


def test_the_number_of_statements_does_not_grow_with_the_identities(
    trial: Trial, program: Program
) -> None:
    def statements(number: int) -> int:
        values = [f"{number}-{n}@example.org" for n in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert program.post(call(*values), CONSENT).status_code == 202
        return len(captured)

    statements(1)

    assert statements(200) == statements(2)


GOOD = call("anna@example.org")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["optOutOfSale", "entities"]),
        ({**GOOD, "optOutOfSale": "maybe"}, ["optOutOfSale"]),
        ({**GOOD, "entities": []}, ["entities"]),
        ({**GOOD, "entities": {}}, ["entities"]),
        ({**GOOD, "entities": [1]}, ["entities[0]"]),
        ({**GOOD, "entities": [{"values": ["x"]}]}, ["entities[0].nameSpace"]),
        ({**GOOD, "entities": [{"nameSpace": "email"}]}, ["entities[0].values"]),
        ({**GOOD, "entities": [{"nameSpace": "email", "values": []}]}, ["entities[0].values"]),
        (call("a", None, "", {}, " "), [f"entities[0].values[{n}]" for n in range(1, 5)]),
        (call("a", "b", "a"), ["entities[0].values[2]"]),
        (call("a", namespace="shoe", out=None), ["optOutOfSale"]),
        (
            {"optOutOfSale": True, "entities": [
                {"nameSpace": "email", "values": ["a"]}, {"nameSpace": "Email", "values": ["a"]},
            ]},
            ["entities[1].values[0]"],
        ),
        ({**GOOD, "orgId": "Another@Org"}, ["orgId"]),
        ({**GOOD, "requestId": 7, "transactionId": []}, ["transactionId"]),
        ({**GOOD, "requestId": "x" * 201}, ["requestId"]),
        ({"optOutOfSale": True, "entities": [
            {"nameSpace": "shoe", "type": "standard", "values": ["a"]},
        ]}, ["entities[0].nameSpace"]),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_is_told_and_nothing_is_kept(
    trial: Trial, program: Program, body: Any, paths: list[str]
) -> None:
    answer = program.post(body, CONSENT)

    assert answer.status_code == 400
    assert [p["path"] for p in answer.json()["report"]["errors"]] == paths
    assert (ConsentRecord.objects.count(), PrivacyRequest.objects.count()) == (0, 0)


def test_a_call_has_a_limit(trial: Trial, program: Program) -> None:
    answer = program.post(call(*map(str, range(100_001))), CONSENT)

    assert answer.status_code == 400
    [problem] = answer.json()["report"]["errors"]
    assert (problem["path"], problem["code"]) == ("entities[0].values", "too_many")


def test_a_value_is_told_to_nobody_in_an_error(trial: Trial, program: Program) -> None:
    answer = program.post(call("secret@example.org", "secret@example.org"), CONSENT)

    assert answer.status_code == 400
    assert b"secret" not in answer.content


def test_a_call_that_comes_again_is_recorded_once(trial: Trial, program: Program) -> None:
    marked = program.having(Idempotency_Key="once")

    answers = [marked.post(call("anna@example.org"), CONSENT) for _ in range(2)]

    assert [(a.status_code, a.content) for a in answers] == [(202, b"")] * 2
    assert ConsentRecord.objects.count() == 1
    assert marked.post(call("bo@example.org"), CONSENT).status_code == 409


def test_a_request_id_of_another_request_is_taken(trial: Trial, program: Program) -> None:
    body = document(
        trial.organization.ims_org_id, users=[user()], include=["trial"], requestId="mine"
    )
    assert program.post(body).status_code == 202

    assert program.post(call("anna@example.org", requestId="mine"), CONSENT).status_code == 409
    assert ConsentRecord.objects.count() == 0
