"""POST /jobs: what is stored and answered, and that a refusal stores not one row."""

import json
import re
from datetime import date

import pytest
import time_machine
from django.test import Client

from jobs.api import presenters
from jobs.models import Identity, Job, PrivacyRequest, ProductResponse
from privacyportal.organizations.models import Organization
from tests.api.bad_bodies import BAD
from tests.api.bodies import document, encoded, identity, user
from tests.api.conftest import JOBS, Program
from tests.api.looking import rows

UNTOUCHED = ("ApiCredential", "AccessToken")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_body_is_a_clear_error_and_not_one_row(program: Program, name: str) -> None:
    body, path, code = BAD[name]
    before = rows()

    response = program.post(body)

    answer = response.json()
    (problem,) = answer["report"]["errors"]
    assert response.status_code == answer["status"] == answer["errors"]["errorCode"] == 400
    assert (problem["path"], problem["code"]) == (path, code)
    assert answer["detail"] == answer["errors"]["detail"]
    assert problem["message"] in answer["detail"]
    assert answer["title"] == answer["errors"]["title"] == "Invalid Request"
    assert answer["errors"]["errorType"] == f"uri={JOBS}"
    assert answer["totalRecords"] == 0
    assert rows() == before


def test_one_bad_entry_among_many_stores_nothing(program: Program) -> None:
    before = rows()

    response = program.post(document(users=[*[user()] * 9, user(action=["erase"])]))

    assert response.json()["report"]["errors"][0]["path"] == "users[9].action[0]"
    assert rows() == before


def test_a_body_over_the_limit_is_413_and_nothing_is_stored(program: Program, settings) -> None:
    settings.API_BODY_LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    before = rows()

    response = program.post(encoded() + b" " * 2**20)

    assert response.status_code == response.json()["status"] == 413
    assert response.json()["detail"] == "The body is larger than 1 MiB."
    assert rows() == before


def test_a_request_becomes_a_job_per_person_and_action(program: Program) -> None:
    users = [
        user("ann", action=["delete", "access"], ids=[identity(), identity("ecid", "RAW")]),
        user("bob", action=["delete"], ids=[{"namespace": "Loyalty", "value": "7"}]),
    ]
    body = encoded(users=users, include=["CRM", "webshop", "target"], regulation="CPRA_usa")
    digits = "12345678901234567890123456789012345678"

    response = program.post(body.replace(b'"RAW"', digits.encode()))

    answer = response.json()
    assert response.status_code == 202
    assert re.fullmatch(r"\d{17}RX-\d{3}", answer["requestId"])
    assert (answer["requestStatus"], answer["totalRecords"]) == (1, 3)
    entries = [job["customer"]["user"] for job in answer["jobs"]]
    assert [(entry["key"], entry["action"]) for entry in entries] == [
        ("ann", ["access"]),
        ("ann", ["delete"]),
        ("bob", ["delete"]),
    ]
    assert entries[0]["userIDs"] == [
        {
            "namespace": "email",
            "value": "ann@example.com",
            "type": "standard",
            "namespaceId": 6,
            "isDeletedClientSide": False,
        },
        {
            "namespace": "ecid",
            "value": digits,
            "type": "standard",
            "namespaceId": 4,
            "isDeletedClientSide": False,
        },
    ]
    assert entries[2]["userIDs"] == [
        {
            "namespace": "Loyalty",
            "value": "7",
            "type": "unregistered",
            "isDeletedClientSide": False,
        }
    ]
    assert "warnings" not in answer
    stored = Job.objects.order_by("id")
    assert [str(job.public_id) for job in stored] == [job["jobId"] for job in answer["jobs"]]
    assert sorted(ProductResponse.objects.values_list("product_code", flat=True)) == sorted(
        ["WebShop", "crm", "target"] * 3
    )
    assert Identity.objects.count() == 3


def test_due_dates_follow_law_and_action(program: Program) -> None:
    people = [user("a", action=["access", "delete"]), user("b", action=["opt-out-of-sale"])]

    with time_machine.travel("2026-11-24 22:30:00+00:00", tick=False):
        lgpd = program.post(document(users=people[:1], regulation="lgpd_bra"))
        ccpa = program.post(document(users=people, regulation="ccpa"))

    assert lgpd.status_code == ccpa.status_code == 202
    due_dates = list(Job.objects.order_by("id").values_list("action", "due_on"))
    assert due_dates == [
        ("access", date(2026, 12, 9)),
        ("delete", date(2026, 11, 24)),
        ("access", date(2027, 1, 8)),
        ("delete", date(2027, 1, 8)),
        ("opt-out-of-sale", date(2026, 12, 17)),
    ]


def test_an_action_that_the_law_does_not_grant_is_accepted_with_a_warning(
    program: Program,
) -> None:
    answer = program.post(document(users=[user(action=["delete"])], regulation="apa_aus")).json()

    (warning,) = answer["warnings"]
    assert "does not grant the action delete" in warning
    assert answer["totalRecords"] == 1


def test_a_product_that_is_not_set_up_completes_at_birth(program: Program) -> None:
    job_id = program.post(document(include=["Campaign"])).json()["jobs"][0]["jobId"]

    job = program.get(f"{JOBS}/{job_id}").json()

    assert job["status"] == "complete"
    (response,) = job["productResponses"]
    assert response["product"] == "campaign"
    assert response["productStatusResponse"] == {
        "status": "complete",
        "message": "The IMS Org has not been provisioned.",
        "responseMsgCode": "PRVCY-6051-200",
        "responseMsgDetail": "This product is not set up in this organization.",
    }


@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/", "/data/privacy/gdpr", "/data/privacy/gdpr/"])
def test_both_bases_take_requests_with_and_without_a_slash(program: Program, path: str) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post(path, encoded(), "application/json", headers=program.headers)

    assert response.status_code == 202


def test_a_given_request_id_is_kept_and_unique_per_organization(
    program: Program, stranger: Program
) -> None:
    first = program.post(document(requestId="order-7"))
    again = program.post(document(requestId="order-7", priority="low"))
    elsewhere = stranger.post(document("Other@PortalOrg", requestId="order-7"))

    assert first.json()["requestId"] == "order-7"
    assert again.status_code == again.json()["status"] == 409
    assert elsewhere.status_code == 202
    assert PrivacyRequest.objects.count() == 2


def test_who_submitted_and_what_else_came_is_stored(
    program: Program, organization: Organization
) -> None:
    contexts = [
        {"namespace": "imsorg", "value": organization.ims_org_id},
        {"namespace": "AdCloud", "value": "77"},
    ]

    program.post(document(companyContexts=contexts, expandIds=True, region="VA7", priority="low"))

    request = PrivacyRequest.objects.get()
    assert (request.submitted_by, request.channel) == ("warehouse", "api")
    assert request.submitted_by_id == str(program.credential.public_id)
    assert request.contexts == [{"namespace": "AdCloud", "value": "77"}]
    assert (request.expand_ids, request.priority) == (True, "low")
    assert request.options == {"region": "VA7"}


def test_a_fault_after_storing_stores_nothing(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(presenters, "created", fail)
    before = rows()

    response = program.post(encoded())

    after = rows()
    assert response.status_code == 500
    assert {name for name in before if before[name] != after[name]} <= set(UNTOUCHED)


def test_a_large_request_takes_as_many_queries_as_a_small_one(
    program: Program, django_assert_max_num_queries
) -> None:
    users = [
        user(f"k{n}", action=["access", "delete"], ids=[identity(value=f"{n}.{m}") for m in "abc"])
        for n in range(300)
    ]
    program.post(document())

    with django_assert_max_num_queries(32):
        response = program.post(
            json.dumps(document(users=users, include=["crm", "webshop"])).encode()
        )

    assert response.json()["totalRecords"] == 600
