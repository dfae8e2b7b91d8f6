"""GET /jobs/{jobId}: every field, the contract's words, and when there is a link."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from jobs.models import Job, PackageContent, Product, ProductResponse
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from tests.api.bodies import document, identity, user
from tests.api.conftest import JOBS, Program, make_program
from tests.api.looking import shown
from tests.api.work import close, give, submit


def status_of(program: Program, job: Job) -> dict:
    return shown(program, job)["productResponses"][0]["productStatusResponse"]


def test_a_complete_access_job_shows_every_field(program: Program) -> None:
    Product.objects.filter(code="crm").update(display_name="Customers")
    ids = [identity(), {"namespace": "Loyalty", "value": "7", "isDeletedClientSide": "true"}]
    with time_machine.travel("2026-11-24 00:30:00+00:00", tick=False):
        (job,) = submit(program, document(users=[user(ids=ids)], regulation="CCPA"))
        close(
            job,
            code="6054-200",
            at=datetime.fromisoformat("2026-11-24T23:20:00+00:00"),
            records_found=12,
            processed=[0],
            ignored=[1],
        )
        ProductResponse.objects.update(tries=3)

        detail = shown(program, job)

    link = detail["downloadURL"]
    assert link.endswith(f"/data/core/privacy/jobs/{job.public_id}/content")
    assert detail == {
        "jobId": str(job.public_id),
        "requestId": job.request.request_id,
        "userKey": "ann",
        "action": "access",
        "status": "complete",
        "submittedBy": "warehouse",
        "createdDate": "11/24/2026 12:30 AM GMT",
        "lastModifiedDate": "11/24/2026 11:20 PM GMT",
        "regulation": "CCPA",
        "dueDate": "2027-01-08",
        "dueDateExplanation": (
            "45 days from receipt, Civ. Code 1798.130 and 11 CCR 7021(b); "
            "may be extended once by 45 days; 10 business days to confirm"
        ),
        "qualifiedCount": 12,
        "userIds": [
            {
                "namespace": "email",
                "value": "ann@example.com",
                "type": "standard",
                "namespaceId": 6,
                "isDeletedClientSide": False,
            },
            {
                "namespace": "Loyalty",
                "value": "7",
                "type": "unregistered",
                "isDeletedClientSide": True,
            },
        ],
        "childJobs": [],
        "downloadURL": link,
        "downloadUrl": link,
        "productResponses": [
            {
                "product": "Customers",
                "retryCount": 2,
                "processedDate": "11/24/2026 11:20 PM GMT",
                "productStatusResponse": {
                    "status": "complete",
                    "message": "Partially Completed",
                    "responseMsgCode": "PRVCY-6054-200",
                    "responseMsgDetail": "",
                    "results": {"processed": ["ann@example.com"], "ignored": ["7"]},
                },
            }
        ],
    }


def test_qualified_count_is_over_all_products(program: Program) -> None:
    (job,) = submit(program, document(include=["crm", "webshop"]))
    close(job, records_found=4)

    detail = shown(program, job)

    assert detail["qualifiedCount"] == 8
    assert [r["product"] for r in detail["productResponses"]] == ["crm", "WebShop"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"state": "due"}, "submitted"),
        ({"state": "waiting"}, "submitted"),
        ({"state": "held"}, "submitted"),
        ({"state": "due", "attempts": 1}, "processing"),
        ({"state": "later", "attempts": 1, "not_before": timezone.now()}, "processing"),
        ({"state": "complete", "outcome_code": "6000-200"}, "complete"),
        ({"state": "complete", "outcome_code": "6052-200"}, "complete"),
        ({"state": "error", "outcome_code": "1022-400"}, "error"),
        ({"state": "cancelled", "outcome_code": "1021-400"}, "error"),
    ],
)
def test_a_response_is_told_in_the_contracts_words(program: Program, changes, word) -> None:
    (job,) = submit(program, document())
    ProductResponse.objects.filter(job=job).update(**changes)

    assert status_of(program, job)["status"] == word


def test_an_open_response_has_no_code_and_no_date(program: Program) -> None:
    (job,) = submit(program, document())

    (response,) = shown(program, job)["productResponses"]

    assert response == {
        "product": "crm",
        "retryCount": 0,
        "productStatusResponse": {
            "status": "submitted",
            "message": "Submitted",
            "responseMsgCode": "",
            "responseMsgDetail": "",
        },
    }


def test_a_cancelled_response_says_so(program: Program) -> None:
    (job,) = submit(program, document())
    ProductResponse.objects.filter(job=job).update(
        state="cancelled", outcome_code="1021-400", outcome_detail="engine.cancelled"
    )

    status = status_of(program, job)

    assert status["responseMsgCode"] == "PRVCY-1021-400"
    assert status["responseMsgDetail"] == "Cancelled before anything was attempted."


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("6000-200", "Success"),
        ("6052-200", "User IDs were not found."),
        ("6053-200", "Invalid Namespace"),
        ("1000-400", "The data is not in the required format."),
        ("1010-400", "Access and permissions are required."),
        ("1020-400", "There was a problem uploading and archiving the access data."),
        ("1030-400", "The workload was exceeded for the current document rate limit."),
    ],
)
def test_messages_are_the_contracts_word_for_word(program: Program, code, message) -> None:
    (job,) = submit(program, document())
    close(job, code=code)

    status = status_of(program.having(Accept_Language="sv"), job)

    assert (status["responseMsgCode"], status["message"]) == (f"PRVCY-{code}", message)


def test_an_action_that_is_not_granted_shows_its_warning(program: Program) -> None:
    (job,) = submit(program, document(users=[user(action=["delete"])], regulation="nzpa_nzl"))

    assert "does not grant" in shown(program, job)["warnings"][0]


def test_there_is_no_link_for_other_jobs(program: Program) -> None:
    access, delete, failed = submit(
        program, document(users=[user("a", action=["access", "delete"]), user("b")])
    )
    close(delete)
    close(failed, code="1022-400")

    for job in (access, delete, failed):
        assert not {"downloadURL", "downloadUrl"} & set(shown(program, job))


def test_there_is_no_link_for_callers_that_may_not_have_content(
    program: Program, organization: Organization
) -> None:
    reader = make_program(organization, Permission.PRIVACY_READ)
    (job,) = submit(program, document())
    close(job)

    assert "downloadURL" in shown(program, job)
    assert "downloadURL" not in shown(reader, job)


def test_the_link_goes_with_the_package(program: Program, settings, tmp_path: Path) -> None:
    settings.PACKAGE_DIR = tmp_path
    (job,) = submit(program, document())
    close(job)
    give(job, "crm", {"a.json": b"[]"}, tmp_path)
    assert "downloadURL" in shown(program, job)

    PackageContent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "downloadURL" not in shown(program, job)

    PackageContent.objects.all().delete()
    assert "downloadURL" in shown(program, job)

    with time_machine.travel(timezone.now() + timedelta(days=61)):
        later = make_program(job.organization)
        assert "downloadURL" not in shown(later, job)


def test_a_forgotten_person_is_shown_without_key_and_identities(program: Program) -> None:
    (job,) = submit(program, document())
    close(job, processed=[], ignored=[0])
    destroy(job.request.data_key_id)

    detail = shown(program, job)

    assert (detail["userKey"], detail["userIds"]) == ("", [])
    assert "results" not in detail["productResponses"][0]["productStatusResponse"]
    assert "downloadURL" not in detail


@pytest.mark.parametrize("end", ["", "/", "/content"])
def test_a_job_of_another_organization_is_unknown(
    program: Program, stranger: Program, end: str
) -> None:
    (job,) = submit(program, document())
    unknown_id = "00000000-0000-4000-8000-000000000000"

    others = stranger.get(f"{JOBS}/{job.public_id}{end}")
    unknown = stranger.get(f"{JOBS}/{unknown_id}{end}")

    assert others.status_code == unknown.status_code == 404
    assert others.content.replace(str(job.public_id).encode(), unknown_id.encode()) == (
        unknown.content
    )


@pytest.mark.parametrize("job_id", ["1", "x", "{00000000-0000-4000-8000-000000000000}", "%00"])
def test_what_is_no_id_is_unknown_too(program: Program, job_id: str) -> None:
    response = program.get(f"{JOBS}/{job_id}")

    assert response.status_code == 404
    assert response.json()["detail"] == "There is no job with this id."


def test_the_older_base_shows_the_same_job(program: Program) -> None:
    (job,) = submit(program, document())

    assert program.get(f"/data/privacy/gdpr/{job.public_id}/").json() == shown(program, job)


def test_a_detail_takes_as_many_queries_for_many_products_as_for_one(
    program: Program, organization: Organization, django_assert_num_queries
) -> None:
    for n in range(20):
        Product.objects.create(organization=organization, code=f"p{n}", processor="sql")
    (one,) = submit(program, document())
    (many,) = submit(program, document(include=[f"p{n}" for n in range(20)]))
    close(one)
    close(many)
    shown(program, one)

    with django_assert_num_queries(9):
        shown(program, one)
    with django_assert_num_queries(9):
        shown(program, many)
