"""POST …/child-job: body and answer as POST /jobs, and what the parent shows of it."""

from pathlib import Path

import pytest

from jobs.engine.rollup import roll_up
from jobs.models import Job, PrivacyRequest
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from tests.api.bodies import document, user
from tests.api.conftest import JOBS, Program, make_program
from tests.api.looking import rows, shown
from tests.api.work import close, give, submit

OLDER = "/data/privacy/gdpr"


@pytest.fixture
def parent(program: Program) -> Job:
    (job,) = submit(program, document(include=["crm", "WebShop"], regulation="CPRA_usa"))
    return job


def place(parent: Job) -> str:
    return f"{JOBS}/{parent.public_id}/child-job"


@pytest.mark.parametrize("end", ["/child-job", "/child-job/", "/child", "/child/"])
def test_a_child_is_answered_as_any_job_on_every_path(
    program: Program, parent: Job, end: str
) -> None:
    base = OLDER if end.startswith("/child/") or end == "/child" else JOBS

    answer = program.post(document(), f"{base}/{parent.public_id}{end}")

    assert answer.status_code == 202
    told = answer.json()
    assert (told["requestStatus"], told["totalRecords"]) == (1, 1)
    assert told["jobs"][0]["customer"]["user"]["key"] == "ann"
    child = Job.objects.get(public_id=told["jobs"][0]["jobId"])
    assert child.parent == parent


def test_regulation_and_products_are_the_parents_unless_the_body_says_otherwise(
    program: Program, parent: Job
) -> None:
    body = document(include=None, regulation=None)
    other = document(include=["webshop"], regulation="gdpr")

    (alike,) = submit(program, body, place(parent))
    (less,) = submit(program, body | {"exclude": ["CRM"]}, place(parent))
    (different,) = submit(program, other, place(parent))

    def told(job: Job) -> tuple[str, list[str]]:
        found = shown(program, job)
        return found["regulation"], [r["product"] for r in found["productResponses"]]

    assert told(alike) == ("CPRA_usa", ["crm", "WebShop"])
    assert told(less) == ("CPRA_usa", ["WebShop"])
    assert told(different) == ("gdpr", ["WebShop"])
    assert alike.regulation == parent.regulation


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"include": []}, "include", "empty"),
        ({"include": ["sap"]}, "include[0]", "unknown_product"),
        ({"regulation": ""}, "regulation", "empty"),
        ({"regulation": "nolaw"}, "regulation", "unknown_regulation"),
        ({"exclude": ["crm", "webshop"], "include": None}, "exclude", "nothing_left"),
        ({"users": []}, "users", "empty"),
    ],
)
def test_what_is_said_wrongly_is_no_default(
    program: Program, parent: Job, changes, path: str, code: str
) -> None:
    before = rows()

    body = {k: v for k, v in (document() | changes).items() if v is not None}
    answer = program.post(body, place(parent))

    (problem,) = answer.json()["report"]["errors"]
    assert (answer.status_code, problem["path"], problem["code"]) == (400, path, code)
    assert rows() == before


def test_a_child_of_a_child_is_400_and_stores_nothing(program: Program, parent: Job) -> None:
    (child,) = submit(program, document(), place(parent))
    before = rows()

    answer = program.post(document(), place(child))

    assert answer.status_code == answer.json()["status"] == 400
    assert "child job" in answer.json()["detail"]
    assert rows() == before


def test_an_unknown_parent_and_anothers_are_404(
    program: Program, stranger: Program, parent: Job
) -> None:
    body = document("Other@PortalOrg")
    assert stranger.post(body, place(parent)).status_code == 404
    assert program.post(document(), f"{JOBS}/nothing/child-job").status_code == 404
    assert PrivacyRequest.objects.count() == 1


def test_a_reader_makes_no_children(organization: Organization, parent: Job) -> None:
    reader = make_program(organization, Permission.PRIVACY_READ)

    answer = reader.post(document(), place(parent))

    assert answer.status_code == 403
    assert "privacy_write" in answer.json()["detail"]


def test_a_parent_shows_its_children_whole(
    program: Program, organization: Organization, parent: Job, settings, tmp_path: Path
) -> None:
    settings.PACKAGE_DIR = tmp_path
    close(parent, records_found=1)
    people = [user("bob"), user("cy", action=["delete"])]
    first, second = submit(program, document(users=people), place(parent))
    give(first, "crm", {"a.json": b"[]"}, tmp_path)
    close(first, records_found=7)

    found = shown(program, parent)

    assert found["status"] == "processing"
    assert found["qualifiedCount"] == 2
    assert [child["userKey"] for child in found["childJobs"]] == ["bob", "cy"]
    assert found["childJobs"] == [shown(program, first), shown(program, second)]
    assert "downloadURL" in found["childJobs"][0]
    assert "downloadURL" not in found
    reader = make_program(organization, Permission.PRIVACY_READ)
    assert "downloadURL" not in shown(reader, parent)["childJobs"][0]

    close(second)
    roll_up([second.pk])
    again = shown(program, parent)
    assert again["status"] == "complete"
    assert "downloadURL" in again


def test_children_are_listed_and_on_record(program: Program, parent: Job) -> None:
    (child,) = submit(program, document(regulation="cpra_usa"), place(parent))

    listed = program.get(regulation="cpra_usa").json()

    assert [job["jobId"] for job in listed["jobs"]] == [str(child.public_id), str(parent.public_id)]
    event = AuditEvent.objects.filter(verb="request.submit").latest("pk")
    assert AuditDetail.objects.get(pk=event.pk).detail["parent"] == str(parent.public_id)


def test_a_detail_takes_as_many_queries_for_many_children_as_for_one(
    program: Program, parent: Job, django_assert_num_queries
) -> None:
    close(parent)
    submit(program, document(users=[user("0")]), place(parent))
    shown(program, parent)
    with django_assert_num_queries(8):
        shown(program, parent)

    submit(program, document(users=[user(f"{n}") for n in range(1, 20)]), place(parent))
    with django_assert_num_queries(8):
        assert len(shown(program, parent)["childJobs"]) == 20
