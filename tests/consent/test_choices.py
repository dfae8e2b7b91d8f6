"""Choices do not commute: the present one counts, whoever comes late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.utils import timezone

from consent.models import ConsentRecord, ConsentState
from consent.services import calls
from jobs.engine import choices as engine_choices
from jobs.engine.claim import claim
from jobs.engine.record import opted_out
from jobs.engine.turn import turn
from jobs.models import PrivacyRequest
from jobs.processors.base import LeaseLost, Named
from jobs.services import products, submission
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from privacyportal.actors import SYSTEM
from privacyportal.keys.models import DataKey
from privacyportal.keys.services import destroy
from tests.api.conftest import Program, make_program, stranger
from tests.consent.conftest import CONSENT, GPC, LOOKUP, call, present, told
from tests.engine.conftest import Trial
from tests.processors.databases import sqlite_database

__all__ = ["stranger"]
ANNA = "anna@example.org"


def test_a_job_that_a_later_choice_overtook_tells_the_later_one(
    trial: Trial, program: Program
) -> None:
    program.post(call(ANNA, "bo@example.org", requestId="first"), CONSENT)
    program.post(call(ANNA, out=False, requestId="second"), CONSENT)

    trial.work(1)

    assert [line for line in told(trial) if ANNA in line] == [f"{ANNA} False"] * 2
    first, other, second = trial.responses("opt-out-of-sale")
    assert (first.state, first.outcome_detail) == ("complete", "engine.superseded")
    assert first.outcome_params == {"request": "second"}
    assert (other.outcome_detail, second.outcome_detail) == ("", "")
    [job] = PrivacyRequest.objects.get(request_id="first").jobs.filter(pk=first.job_id)
    shown = program.get(f"/data/core/privacy/jobs/{job.public_id}").json()
    [product] = shown["productResponses"]
    assert "second" in product["productStatusResponse"]["responseMsgDetail"]
    assert ANNA not in str(product)


def test_a_later_choice_of_the_same_kind_overtakes_nothing(trial: Trial, program: Program) -> None:
    program.post(call(ANNA), CONSENT)
    program.post(call(ANNA), CONSENT)

    trial.work(1)

    assert [r.outcome_detail for r in trial.responses("opt-out-of-sale")] == ["", ""]


def test_a_choice_counts_from_when_it_was_made_not_from_when_it_was_typed_in(
    trial: Trial, program: Program
) -> None:
    program.post(call(ANNA, out=False), CONSENT)
    letter = RequestDraft(
        regulation="ccpa",
        regulation_given="ccpa",
        products=("trial",),
        people=(
            PersonDraft("anna", ("opt-out-of-sale",), (IdentityDraft("email", "Email", ANNA),)),
        ),
        channel="letter",
        received_at=datetime(2026, 1, 2, tzinfo=UTC),
    )

    submission.submit(organization=trial.organization, by=SYSTEM, draft=letter)

    found = present(program, ANNA)
    assert found["optOutOfSale"] is False
    assert [(c["optOutOfSale"], c["channel"]) for c in found["history"]] == [
        (False, "api"),
        (True, "letter"),
    ]


def test_of_choices_at_one_time_the_last_counts(trial: Trial, program: Program) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for out in (True, False, True, False):
            program.post(call(ANNA, out=out), CONSENT)

    assert present(program, ANNA)["optOutOfSale"] is False
    assert len(present(program, ANNA)["history"]) == 4
    assert ConsentState.objects.count() == 1


def test_large_calls_for_the_same_people_do_not_stop_each_other(trial: Trial) -> None:
    people = [IdentityDraft("email", "Email", f"p{n}@example.org") for n in range(300)]

    def accept(number: int) -> None:
        mixed = people[number:] + people[:number]
        draft = calls.ConsentDraft(opted_out=number % 2 == 0, identities=tuple(mixed))
        try:
            for _ in range(5):
                calls.accept(organization=trial.organization, by=SYSTEM, draft=draft)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(accept, [0, 101, 150, 203], timeout=60))

    assert ConsentRecord.objects.count() == 300 * 20
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM consent_consentstate state WHERE record_id <> ("
            " SELECT id FROM consent_consentrecord record"
            " WHERE record.fingerprint = state.fingerprint"
            " ORDER BY effective_at DESC, id DESC LIMIT 1)"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("in_first", [True, False])
def test_of_two_identities_of_one_row_the_opt_out_stays_whoever_comes_first(
    trial: Trial, program: Program, settings: Any, in_first: bool
) -> None:
    settings.PRODUCT_FILE_DIRS = [trial.folder]
    shop = sqlite_database(
        trial.folder,
        "CREATE TABLE people (email VARCHAR(60), phone VARCHAR(20), sold VARCHAR(5));"
        f"INSERT INTO people VALUES ('{ANNA.upper()}', '+46 70-123', 'yes')",
    )
    people = {
        "identities": [
            {"namespace": "email", "column": "email"},
            {"namespace": "phone", "column": "phone"},
        ],
        "opt_out": {"columns": {"sold": {"out": "no", "in": "yes"}}},
    }
    product = products.add(
        organization=trial.organization, by=SYSTEM, code="shop", display_name="",
        processor="sql", document=shop.document({"people": people}),
    )  # fmt: skip
    choices = [call(ANNA), call("+4670123", out=False, namespace="phone")]

    for body in reversed(choices) if in_first else choices:
        assert program.post(body, CONSENT).status_code == 202
        turn(product.pk)

    assert shop.run("SELECT sold FROM people") == [("no",)]
    assert [r.state for r in product.responses.all()] == ["complete"] * 2
    program.post(call(ANNA, out=False), CONSENT)
    turn(product.pk)
    assert shop.run("SELECT sold FROM people") == [("yes",)]


def test_nobody_has_failed_when_our_database_cannot_tell(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> list[Named]:
        raise OperationalError

    monkeypatch.setattr(engine_choices, "OPTED_OUT", [away])
    trial.submit("anna")
    claimed = claim(trial.product.pk)
    assert claimed

    with pytest.raises(LeaseLost):
        opted_out(claimed, [("email", ANNA)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_consentrecord SET opted_out = false",
        "DELETE FROM consent_consentrecord",
        "TRUNCATE consent_consentrecord",
    ],
)
def test_history_is_never_rewritten(trial: Trial, program: Program, statement: str) -> None:
    program.post(call(ANNA), CONSENT)

    with (
        pytest.raises(DatabaseError, match="Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_choice_outlives_the_request_that_told_of_it(trial: Trial, program: Program) -> None:
    program.post(call(ANNA), CONSENT)
    destroy(PrivacyRequest.objects.get().data_key_id)

    found = present(program, ANNA)

    assert (found["optOutOfSale"], len(found["history"])) == (True, 1)
    assert DataKey.objects.filter(purpose="consent", destroyed_at=None).count() == 1


def test_no_value_lies_in_clear(trial: Trial, program: Program) -> None:
    program.post(call(ANNA), CONSENT)

    with connection.cursor() as cursor:
        for table in ("consentrecord", "consentstate", "consentcall"):
            cursor.execute(f"SELECT row_to_json(t)::text FROM consent_{table} t")
            rows = [row for (row,) in cursor.fetchall()]
            assert rows
            assert not any("anna" in row or ANNA.encode().hex() in row for row in rows)


def test_another_tenants_choices_are_not_there(
    trial: Trial, program: Program, stranger: Program
) -> None:
    program.post(call(ANNA), CONSENT)

    assert present(stranger, ANNA) == {
        "namespace": "email",
        "value": ANNA,
        "optOutOfSale": None,
        "effectiveDate": None,
        "history": [],
    }


def test_a_look_up_says_when_how_and_by_whom(trial: Trial, program: Program) -> None:
    with time_machine.travel(datetime(2026, 3, 4, 5, 6, tzinfo=UTC), tick=False):
        program = make_program(trial.organization)
        program.post(call(ANNA, requestId="mine"), CONSENT)
        found = present(program, "ANNA@example.org")

    assert found["history"] == [
        {
            "optOutOfSale": True,
            "effectiveDate": "03/04/2026 05:06 AM GMT",
            "recordedDate": "03/04/2026 05:06 AM GMT",
            "channel": "api",
            "requestId": "mine",
            "submittedBy": "warehouse",
        }
    ]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "namespace"),
        ({"namespace": "email"}, "value"),
        ({"nameSpace": "email", "value": []}, "value"),
    ],
)
def test_a_look_up_of_nothing_is_told(
    trial: Trial, program: Program, body: dict[str, object], path: str
) -> None:
    answer = program.post(body, LOOKUP)

    assert answer.status_code == 400
    assert path in [p["path"] for p in answer.json()["report"]["errors"]]


def gpc(program: Program, value: str = ANNA, **body: object) -> dict[str, object]:
    answer = program.post({"namespace": "email", "value": value, **body}, GPC)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_signal_of_a_browser_is_an_opt_out_recorded_once(
    trial: Trial, program: Program
) -> None:
    first = gpc(program.having(Sec_GPC="1"))
    again = gpc(program, secGpc="1")
    trial.work(1)

    assert first["recorded"] is True
    assert again == {"recorded": False}
    [choice] = present(program, ANNA)["history"]
    assert (choice["channel"], choice["requestId"]) == ("gpc", first["requestId"])
    assert told(trial) == [f"{ANNA} True"]


def test_who_opts_back_in_and_sends_the_signal_again_has_opted_out(
    trial: Trial, program: Program
) -> None:
    gpc(program, secGpc=1)
    program.post(call(ANNA, out=False), CONSENT)

    assert gpc(program, secGpc="1")["recorded"] is True
    assert present(program, ANNA)["optOutOfSale"] is True


@pytest.mark.parametrize("signal", ["0", "", "true", 0])
def test_any_other_signal_says_nothing(trial: Trial, program: Program, signal: object) -> None:
    assert gpc(program, secGpc=signal) == {"recorded": False}
    assert ConsentRecord.objects.count() == 0


def test_without_a_signal_there_is_nothing_to_say(trial: Trial, program: Program) -> None:
    answer = program.post({"namespace": "email", "value": ANNA}, GPC)

    assert answer.status_code == 400


def test_of_many_signals_at_once_one_is_recorded(trial: Trial) -> None:
    anna = IdentityDraft("email", "Email", ANNA)

    def signal(_: int) -> bool:
        try:
            return bool(calls.signal(organization=trial.organization, by=SYSTEM, identity=anna))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(signal, range(12), timeout=60)) == 1

    assert ConsentRecord.objects.count() == 1
