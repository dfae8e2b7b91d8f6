"""GET /jobs: filters, pages, and what is refused."""

from datetime import datetime

import pytest
import time_machine

from jobs.models import Job
from tests.api.bodies import document, user
from tests.api.conftest import JOBS, Program
from tests.api.work import close, submit

NOW = "2026-11-24 12:00:00+00:00"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW, tick=False):
        yield


def made_at(job: Job, moment: str) -> None:
    Job.objects.filter(pk=job.pk).update(created_at=datetime.fromisoformat(f"{moment}+00:00"))


def keys(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [job["userKey"] for job in response.json()["jobDetails"]]


def problems(response) -> list[tuple[str, str]]:
    assert response.status_code == 400
    return [(p["path"], p["code"]) for p in response.json()["report"]["errors"]]


def test_a_listed_job_has_the_contracts_fields(program: Program) -> None:
    (job,) = submit(program, document(users=[user(action=["delete"])], regulation="CPRA_usa"))
    close(job, at=datetime.fromisoformat("2026-11-24T23:05:00+00:00"))

    listed = program.get(regulation="cpra_ca_usa").json()

    assert listed == {
        "totalRecords": 1,
        "page": 0,
        "size": 100,
        "jobDetails": listed["jobs"],
        "jobs": [
            {
                "jobId": str(job.public_id),
                "requestId": job.request.request_id,
                "userKey": "ann",
                "action": "delete",
                "status": "complete",
                "submittedBy": "warehouse",
                "createdDate": "11/24/2026 12:00 PM GMT",
                "lastModifiedDate": "11/24/2026 11:05 PM GMT",
                "regulation": "CPRA_usa",
            }
        ],
    }


def test_jobs_come_newest_first_in_pages(program: Program) -> None:
    submit(program, document(users=[user(f"k{n}") for n in range(5)]))
    for n, job in enumerate(Job.objects.order_by("id")):
        made_at(job, f"2026-11-2{n} 10:00")

    first = program.get(regulation="gdpr", size="2")
    third = program.get(regulation="gdpr", size="2", page="2")
    beyond = program.get(regulation="gdpr", size="2", page="1000000")

    assert keys(first) == ["k4", "k3"]
    assert keys(third) == ["k0"]
    assert keys(beyond) == []
    assert {r.json()["totalRecords"] for r in (first, third, beyond)} == {5}
    assert (third.json()["page"], third.json()["size"]) == (2, 2)


def test_only_jobs_of_the_regulation_are_listed_aliases_included(program: Program) -> None:
    submit(program, document(users=[user("a")], regulation="ql25"))
    submit(program, document(users=[user("b")], regulation="ql25_qc_can"))
    submit(program, document(users=[user("c")], regulation="gdpr"))

    assert keys(program.get(regulation="QL25_can")) == ["b", "a"]
    assert keys(program.get(regulation="ccpa")) == []
    assert program.get(regulation="ccpa").json()["jobs"] == []


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("complete", ["done"]),
        ("ERROR", ["failed"]),
        ("submitted", ["new"]),
        ("processing", []),
        ("submitted,Complete", ["done", "new"]),
        ("", ["failed", "done", "new"]),
    ],
)
def test_jobs_are_filtered_by_status(program: Program, status: str, expected) -> None:
    _new, done, failed = submit(
        program, document(users=[user("new"), user("done"), user("failed")])
    )
    close(done)
    close(failed, code="1021-400")

    assert keys(program.get(regulation="gdpr", status=status)) == expected
    assert program.get(regulation="gdpr", status=status).json()["totalRecords"] == len(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["a week"]),
        ({"fromDate": "2026-10-01", "toDate": "2026-10-31"}, ["last", "first"]),
        ({"fromDate": "2026-10-02", "toDate": "2026-10-31"}, ["last"]),
        ({"fromDate": "2026-10-01", "toDate": "2026-10-30"}, ["first"]),
        ({"filterDate": "2026-10-31"}, ["last"]),
        ({"filterDate": "2026-11-01"}, ["after"]),
        ({"filterDate": "2026-10-31", "fromDate": "2026-10-01", "toDate": "2026-10-30"}, []),
        ({"fromDate": "2020-01-01", "toDate": "2020-01-31"}, ["old"]),
    ],
)
def test_days_are_whole_and_in_gmt(program: Program, query, expected) -> None:
    moments = {
        "old": "2020-01-15 00:00",
        "before": "2026-09-30 23:59:59.999999",
        "first": "2026-10-01 00:00",
        "last": "2026-10-31 23:59:59.999999",
        "after": "2026-11-01 00:00",
        "more than a week": "2026-11-17 11:59",
        "a week": "2026-11-17 12:01",
    }
    made = submit(program, document(users=[user(key) for key in moments]))
    for job, moment in zip(made, moments.values(), strict=True):
        made_at(job, moment)

    assert keys(program.get(regulation="gdpr", **query)) == expected


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ({"regulation": ""}, "regulation", "required"),
        ({"regulation": "nolaw"}, "regulation", "unknown_regulation"),
        ({"size": "1001"}, "size", "out_of_range"),
        ({"size": "0"}, "size", "out_of_range"),
        ({"size": "-1"}, "size", "out_of_range"),
        ({"size": "ten"}, "size", "out_of_range"),
        ({"size": "١"}, "size", "out_of_range"),
        ({"page": "-1"}, "page", "out_of_range"),
        ({"page": "9" * 30}, "page", "out_of_range"),
        ({"status": "open"}, "status", "unknown_value"),
        ({"fromDate": "2026-10-01"}, "toDate", "required"),
        ({"toDate": "2026-10-01"}, "fromDate", "required"),
        ({"fromDate": "2026-10-01", "toDate": "2026-11-01"}, "toDate", "out_of_range"),
        ({"fromDate": "2026-10-02", "toDate": "2026-10-01"}, "toDate", "out_of_range"),
        ({"fromDate": "2026-10-01", "toDate": "01/11/2026"}, "toDate", "wrong_format"),
        ({"filterDate": "2026-02-30"}, "filterDate", "wrong_format"),
        ({"filterDate": "20260201"}, "filterDate", "wrong_format"),
        ({"filterDate": "9999-12-31"}, "filterDate", "wrong_format"),
    ],
)
def test_a_wrong_parameter_is_named(program: Program, query, path, code) -> None:
    assert problems(program.get(**{"regulation": "gdpr", **query})) == [(path, code)]


def test_a_missing_regulation_lists_the_codes(program: Program) -> None:
    detail = program.get().json()["errors"]["detail"]

    assert all(code in detail for code in ("gdpr", "ccpa", "cpra_usa", "ql25_qc_can"))


def test_wrong_parameters_are_reported_together(program: Program) -> None:
    response = program.get(size="x", page="y", status="z", fromDate="2026-01-01")

    assert [path for path, _code in problems(response)] == [
        "toDate",
        "regulation",
        "status",
        "page",
        "size",
    ]


def test_unknown_parameters_are_ignored(program: Program) -> None:
    assert program.get(regulation="gdpr", limit="x", sort="-1").status_code == 200


def test_another_organizations_jobs_are_not_listed(program: Program, stranger: Program) -> None:
    submit(program, document())

    assert stranger.get(regulation="gdpr").json()["totalRecords"] == 0


def test_a_forgotten_person_has_no_key_any_more(program: Program) -> None:
    from privacyportal.keys.services import destroy

    (job,) = submit(program, document())
    destroy(job.request.data_key_id)

    assert keys(program.get(regulation="gdpr")) == [""]


def test_the_list_takes_as_many_queries_for_30_jobs_as_for_3(
    program: Program, django_assert_num_queries
) -> None:
    for n in range(3):
        submit(program, document(users=[user(f"{n}")]))
    program.get(regulation="gdpr")

    with django_assert_num_queries(6):
        assert len(keys(program.get(regulation="gdpr"))) == 3

    for n in range(27):
        submit(program, document(users=[user(f"more {n}")]))
    with django_assert_num_queries(6):
        assert len(keys(program.get(regulation="gdpr"))) == 30


def test_the_path_of_the_older_base_lists_too(program: Program) -> None:
    submit(program, document())

    older = program.get("/data/privacy/gdpr", regulation="gdpr")

    assert older.json() == program.get(JOBS, regulation="gdpr").json()
