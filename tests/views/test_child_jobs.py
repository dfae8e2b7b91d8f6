"""The page of a job with children, and of a child."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.engine.rollup import roll_up
from jobs.models import Job
from privacyportal.organizations.models import Organization, User
from tests.api.bodies import document, user
from tests.api.conftest import JOBS, Program
from tests.api.work import close, submit
from tests.sessions import signed_in
from tests.views.pages import read
from tests.views.test_job_detail import url

WAITS = "It ends when its child jobs do."


def add(program: Program, parent: Job, *keys: str) -> list[Job]:
    body = document(users=[user(key) for key in keys])
    return submit(program, body, f"{JOBS}/{parent.public_id}/child-job")


@pytest.fixture
def parent(program: Program) -> Job:
    [job] = submit(program, document())
    return job


def test_a_parent_and_its_children_lead_to_one_another(
    program: Program, parent: Job, officer: Client
) -> None:
    assert "Child jobs" not in read(officer, url(parent))

    [child] = add(program, parent, "bob")

    above, below = read(officer, url(parent)), read(officer, url(child))
    assert "Child jobs" in above
    assert url(child) in above
    assert WAITS not in above
    assert "Child of" in below
    assert url(parent) in below


def test_a_parent_whose_products_are_done_says_what_it_waits_for(
    program: Program, parent: Job, officer: Client
) -> None:
    close(parent)
    [child] = add(program, parent, "bob")
    page = read(officer, url(parent))
    assert WAITS in page
    assert "Download opens when the child jobs are done." in page
    assert "Processing" in page

    close(child)
    roll_up([child.pk])

    page = read(officer, url(parent))
    assert WAITS not in page
    assert "Kept until" in page


def test_acts_on_a_parent_are_about_its_own_products(
    program: Program, parent: Job, officer: Client
) -> None:
    close(parent, code="1021-400")
    [child] = add(program, parent, "bob")

    assert "Retry 1 error" in read(officer, url(parent))
    officer.post(url(parent, "retry/"))
    officer.post(url(parent, "cancel/"))

    parent.refresh_from_db()
    child.refresh_from_db()
    assert (parent.state, child.state) == ("processing", "submitted")
    assert parent.responses.get().state == "due"
    assert child.responses.get().state == "due"


def test_staff_see_no_family_that_others_submitted(
    program: Program, parent: Job, organization: Organization
) -> None:
    [child] = add(program, parent, "bob")
    client = signed_in(organization, "staff")
    person = User.objects.get(email="staff@example.org")
    Job.objects.filter(pk=child.pk).update(submitted_by_id=person.actor.id)

    page = read(client, url(child))

    assert "Child of" not in page
    assert str(parent.public_id) not in page


def test_a_page_takes_as_many_queries_for_many_children_as_for_one(
    program: Program, parent: Job, officer: Client
) -> None:
    add(program, parent, "0")
    read(officer, url(parent))
    with CaptureQueriesContext(connection) as few:
        read(officer, url(parent))
    add(program, parent, *map(str, range(1, 30)))

    with CaptureQueriesContext(connection) as many:
        page = read(officer, url(parent))

    assert len(many) == len(few)
    assert "The first 20 are shown." in page
