"""The list of jobs, as those see it who may, and as those do who may not."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from privacyportal.organizations.models import Member, Organization, User
from tests.api.bodies import document, user
from tests.api.conftest import Program, organization, program, stranger
from tests.api.work import close, submit

__all__ = ["organization", "program", "stranger"]


def signed_in(organization: Organization, role: str) -> Client:
    person = User.objects.create_user(f"{role}@example.org", "a long password")
    Member.objects.create(organization=organization, user=person, role=role)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_nobody_sees_it_without_signing_in(db: None) -> None:
    answer = Client().get("/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert Client().get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("role", ["administrator", "officer", "auditor"])
def test_who_may_read_sees_every_job_of_the_organization_only(
    program: Program, stranger: Program, organization: Organization, role: str
) -> None:
    [job] = submit(program, document())
    [other] = submit(stranger, document("Other@PortalOrg"))

    answer = signed_in(organization, role).get("/")

    assert str(job.public_id)[:8] in answer.content.decode()
    assert str(other.public_id) not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"


def test_staff_see_only_what_they_submitted(program: Program, organization: Organization) -> None:
    [job] = submit(program, document())

    answer = signed_in(organization, "staff").get("/")

    assert str(job.public_id) not in answer.content.decode()
    assert "No jobs yet" in answer.content.decode()


def test_htmx_gets_the_fragment_and_asks_again_only_while_jobs_move(
    program: Program, organization: Organization
) -> None:
    [job] = submit(program, document())
    client = signed_in(organization, "officer")

    moving = client.get("/", headers={"HX-Request": "true"}).content.decode()
    close(job)
    done = client.get("/", headers={"HX-Request": "true"}).content.decode()

    assert moving.startswith("<section")
    assert "every 5s" in moving
    assert "every 5s" not in done


def test_filters_narrow_the_list(program: Program, organization: Organization) -> None:
    submit(program, document())
    client = signed_in(organization, "officer")

    assert "<tbody" in client.get("/?status=submitted&regulation=gdpr").content.decode()
    assert "No job matches" in client.get("/?status=error").content.decode()
    assert client.get("/?before=nonsense~x").status_code == 200


def test_thirty_jobs_take_as_many_queries_as_three(
    program: Program, organization: Organization
) -> None:
    client = signed_in(organization, "officer")
    counts = []
    for more in (3, 27):
        submit(program, document(users=[user(f"p{more}-{n}") for n in range(more)]))
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Job.objects.count() == 30
