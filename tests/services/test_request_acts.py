"""Acts on a whole request: in steps, on sets, as an officer would do them job by job."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job, PrivacyRequest, ProductResponse
from jobs.rules.states import Action, State
from jobs.services import officers, request_acts, request_progress
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.work import close
from tests.services.crowd import crowd


@pytest.fixture
def asked(organization: Organization) -> PrivacyRequest:
    return crowd(organization, 4, "crm", "WebShop")


def responses(asked: PrivacyRequest, **wanted: object) -> list[str]:
    found = ProductResponse.objects.filter(job__request=asked, **wanted)
    return sorted(found.values_list("state", flat=True))


def test_errors_are_retried_as_one_by_one(asked: PrivacyRequest) -> None:
    for job in asked.jobs.filter(action=Action.ACCESS)[:2]:
        close(job, code="1021-400")
    foreseen = request_progress.work(asked).retriable

    done = request_acts.act(name="retry", request=asked, by=SYSTEM)

    assert (done.responses, done.jobs, done.more) == (foreseen, 2, False) == (4, 2, False)
    retried = ProductResponse.objects.filter(job__request=asked, reopening=1)
    assert set(retried.values_list("state", "outcome_code", "tries")) == {(State.DUE, "", 0)}
    assert not Job.objects.filter(request=asked, closed_at__isnull=False).exists()
    assert Job.objects.filter(request=asked, reopening=1).count() == 2


def test_what_has_not_begun_is_cancelled_and_what_has_stays(asked: PrivacyRequest) -> None:
    begun = asked.jobs.filter(action=Action.ACCESS).earliest("pk")
    begun.responses.update(attempts=1)
    foreseen = request_progress.work(asked).cancellable

    done = request_acts.act(name="cancel", request=asked, by=SYSTEM)

    assert done.responses == foreseen == 14
    assert responses(asked, state=State.CANCELLED) == [State.CANCELLED] * 14
    assert responses(asked, job=begun) == [State.DUE] * 2
    assert Job.objects.filter(request=asked, state="error").count() == 7
    own = ProductResponse.objects.filter(job__request=asked, state=State.CANCELLED)
    assert set(own.values_list("outcome_code", "outcome_detail")) == {
        ("1021-400", "engine.cancelled")
    }
    assert not own.filter(processed_at=None).exists()


def test_held_deletes_are_released(asked: PrivacyRequest) -> None:
    ProductResponse.objects.filter(job__request=asked, action=Action.DELETE).update(
        state=State.HELD
    )

    done = request_acts.act(name="release", request=asked, by=SYSTEM)

    assert (done.responses, done.jobs) == (8, 4)
    assert set(responses(asked, action=Action.DELETE)) == {State.DUE}


def test_an_access_whose_delete_has_begun_is_not_retried(asked: PrivacyRequest) -> None:
    access = asked.jobs.filter(action=Action.ACCESS).earliest("pk")
    delete = asked.jobs.filter(action=Action.DELETE).earliest("pk")
    close(access, code="1021-400")
    delete.responses.filter(product_code="crm").update(state=State.DUE)

    assert request_progress.work(asked).retriable == 1
    assert request_acts.act(name="retry", request=asked, by=SYSTEM).responses == 1
    assert officers.retry(job=access, by=SYSTEM)[0].done is False


def test_a_retried_access_makes_its_held_delete_wait_again(asked: PrivacyRequest) -> None:
    access = asked.jobs.filter(action=Action.ACCESS).earliest("pk")
    delete = asked.jobs.filter(action=Action.DELETE).earliest("pk")
    close(access, code="1022-400")
    delete.responses.update(state=State.HELD)

    request_acts.act(name="retry", request=asked, by=SYSTEM)

    assert responses(asked, job=delete) == [State.WAITING] * 2


def test_each_step_is_on_record_with_its_numbers(
    asked: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_acts, "STEP", 3)

    request_acts.act(name="cancel", request=asked, by=SYSTEM)

    acts = AuditEvent.objects.filter(verb="request.cancel", target_id=str(asked.public_id))
    told = AuditDetail.objects.filter(pk__in=acts.values("pk")).values_list("detail", flat=True)
    assert sum(detail["responses"] for detail in told) == 16
    assert sorted(detail["jobs"] for detail in told) == [2, 3, 3]


def test_who_has_more_than_one_act_can_do_is_told_so(
    asked: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_acts, "STEP", 2)
    monkeypatch.setattr(request_acts, "STEPS", 3)

    first = request_acts.act(name="cancel", request=asked, by=SYSTEM)
    second = request_acts.act(name="cancel", request=asked, by=SYSTEM)

    assert (first.jobs, first.more) == (6, True)
    assert (second.jobs, second.more) == (2, False)


def test_another_request_stays_as_it_is(asked: PrivacyRequest, organization: Organization) -> None:
    other = crowd(organization, 1, "crm")

    request_acts.act(name="cancel", request=asked, by=SYSTEM)

    assert responses(other) == [State.DUE, State.WAITING]


def test_a_step_takes_as_many_statements_for_two_people_as_for_twenty(
    organization: Organization,
) -> None:
    counts = []
    for people in (2, 20):
        asked = crowd(organization, people, "crm", "WebShop")
        with CaptureQueriesContext(connection) as queries:
            request_acts.act(name="cancel", request=asked, by=SYSTEM)
        counts.append(len(queries))

    assert counts[0] == counts[1]
