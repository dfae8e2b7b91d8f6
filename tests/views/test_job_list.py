"""The list of jobs, as those see it who may, and as those do who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs.models import Job, Product, ProductResponse
from jobs.services import overview
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization, User
from tests.api.bodies import document, user
from tests.api.conftest import Program
from tests.api.work import close, submit
from tests.sessions import signed_in
from tests.views.pages import FRAGMENT, read


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

    assert f"/jobs/{job.public_id}/" in answer.content.decode()
    assert str(other.public_id) not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"


def test_staff_see_only_what_they_submitted(program: Program, organization: Organization) -> None:
    mine, other = submit(program, document(users=[user("ann"), user("bo")]))
    client = signed_in(organization, "staff")
    person = User.objects.get(email="staff@example.org")
    Job.objects.filter(pk=mine.pk).update(submitted_by_id=person.actor.id)

    page = read(client)

    assert str(mine.public_id) in page
    assert str(other.public_id) not in page
    assert "<span>Open</span><b>1</b>" in page


@pytest.mark.parametrize(
    ("role", "shown"),
    [("officer", "ann.berg@x.se"), ("auditor", "a•••••@x•••••.se"), ("administrator", "a•••••@x")],
)
def test_people_are_named_to_officers_and_masked_to_others(
    program: Program, organization: Organization, role: str, shown: str
) -> None:
    submit(program, document(users=[user("ann.berg@x.se")]))

    page = read(signed_in(organization, role))

    assert shown in page
    assert ("ann.berg@x.se" in page) == (role == "officer")


def test_a_forgotten_person_has_no_name(program: Program, organization: Organization) -> None:
    [job] = submit(program, document())
    destroy(job.request.data_key_id)

    assert "Forgotten person" in read(signed_in(organization, "officer"))


def test_htmx_gets_the_fragment_and_asks_again_only_while_jobs_move(
    program: Program, organization: Organization
) -> None:
    [job] = submit(program, document())
    client = signed_in(organization, "officer")

    moving = read(client, **FRAGMENT)
    close(job)
    done = read(client, **FRAGMENT)

    assert moving.startswith("<section")
    assert "every 5s" in moving
    assert "every 5s" not in done


def test_filters_narrow_the_list(program: Program, organization: Organization) -> None:
    submit(program, document())
    client = signed_in(organization, "officer")

    assert "<tbody" in read(client, "/?status=submitted&regulation=gdpr")
    assert "No job is in error" in read(client, "/?status=error")
    assert "No job matches" in read(client, "/?regulation=lgpd_bra")
    assert "<tbody" in read(client, "/?regulation=nonsense&status=nonsense&after=nonsense")


def test_overdue_soon_and_held_have_filters_and_figures(
    program: Program, organization: Organization
) -> None:
    late, soon, held, far = submit(program, document(users=[user(k) for k in "abcd"]))
    today = overview.today(program.credential.organization)
    Job.objects.filter(pk=late.pk).update(due_on=today - timedelta(days=3))
    Job.objects.filter(pk=soon.pk).update(due_on=today + timedelta(days=5))
    ProductResponse.objects.filter(job=held).update(state="held")
    client = signed_in(organization, "officer")

    for status, wanted in (("overdue", late), ("soon", soon), ("held", held)):
        rows = read(client, f"/?status={status}", **FRAGMENT)
        assert [f"/jobs/{j.public_id}/" in rows for j in (late, soon, held, far)] == [
            j == wanted for j in (late, soon, held, far)
        ]
    page = read(client)
    assert "<span>Open</span><b>4</b>" in page
    assert "<span>Overdue</span><b>1<" in page
    assert "1 job waits for your decision" in page
    assert "days over" in page


@pytest.mark.parametrize("status", ["", "open"])
def test_older_jobs_follow_page_by_page_and_each_once(
    program: Program, organization: Organization, status: str
) -> None:
    jobs = submit(program, document(users=[user(f"p{n}") for n in range(220)]))
    client = signed_in(organization, "officer")

    seen: list[str] = []
    path = f"/?status={status}"
    while path:
        answer = client.get(path, headers=FRAGMENT)
        seen += [str(row.job.public_id) for row in answer.context["rows"]]
        following = answer.context["next"]
        path = f"/{following.query}" if following else ""

    assert sorted(seen) == sorted(str(job.public_id) for job in jobs)


def test_an_empty_list_tells_what_would_be_here(organization: Organization) -> None:
    page = read(signed_in(organization, "officer"))

    assert "No jobs yet" in page
    assert "Connect a product" in page
    assert "/requests/new/" in page


def test_a_product_that_does_not_answer_is_told_with_what_waits_there(
    program: Program, organization: Organization
) -> None:
    submit(program, document(users=[user("a"), user("b")]))
    now = timezone.now()
    Product.objects.filter(organization=organization, code="crm").update(
        unavailable_since=now,
        unavailable_until=now + timedelta(minutes=4),
        unavailable_detail="sql.unreachable",
    )

    page = read(signed_in(organization, "officer"))

    assert "crm has not answered since" in page
    assert "2 product responses wait there;" in page
    assert "Nothing is lost." in page


def test_a_full_disk_is_told_since_accesses_wait_for_it(
    program: Program, organization: Organization, settings: Any
) -> None:
    submit(program, document())
    settings.PACKAGE_MIN_FREE_BYTES = 2**62

    assert "The disk is nearly full." in read(signed_in(organization, "officer"))


def test_a_hundred_jobs_take_as_many_queries_as_three(
    program: Program, organization: Organization
) -> None:
    client = signed_in(organization, "officer")
    counts = []
    for more in (3, 99):
        for number in range(3):  # several requests, each with a key of its own
            people = [user(f"p{more}-{number}-{n}") for n in range(more // 3)]
            submit(program, document(users=people))
        client.get("/overview/")  # days that are over stay counted in the cache
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert Job.objects.count() == 102
