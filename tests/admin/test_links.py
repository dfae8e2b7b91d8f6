"""Things lead to each other: every related list opens, narrowed to what belongs to the thing, and
every number is of that list."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import Attempt, DataSubject, Job, PrivacyRequest, ProductResponse
from privacyportal.adminsite import links
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Organization
from tests.admin.conftest import newest, url
from tests.api.bodies import document, user
from tests.api.conftest import Program
from tests.api.work import submit

MODELS = [model for model, listed in admin.site._registry.items() if listed.related]  # type: ignore[attr-defined]


@pytest.mark.usefixtures("rows")
def test_related_lists_open_and_hold_as_many_as_the_page_says(operator: Client) -> None:
    for model in MODELS:
        leads = operator.get(url(model, "change", newest(model).pk)).context["leads"]

        assert leads, model
        for lead in leads:
            answer = operator.get(lead.address)
            assert answer.status_code == 200, lead.address
            assert lead.number in (None, answer.context["cl"].result_count), lead.address
            assert not answer.context["cl"].looked, lead.address


def numbers(client: Client, row: models.Model) -> dict[str, int | None]:
    leads = client.get(url(type(row), "change", row.pk)).context["leads"]
    return {lead.label: lead.number for lead in leads}


def test_numbers_are_those_of_the_thing_alone(operator: Client, program: Program) -> None:
    first = submit(program, document(users=[user("ann"), user("eva")]))
    submit(program, document(users=[user("per")]))
    request = first[0].request

    assert numbers(operator, request)["Jobs"] == Job.objects.filter(request=request).count() == 2
    assert numbers(operator, first[0])["Product responses"] == first[0].responses.count()
    assert numbers(operator, request)["Acts"] == 1
    assert numbers(operator, request.organization)["Requests"] == 2


def test_numbers_end_somewhere(
    operator: Client, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "COUNTED", 2)
    [job, *_] = submit(program, document(users=[user(f"p{n}") for n in range(4)]))

    text = operator.get(url(PrivacyRequest, "change", job.request_id)).content.decode()

    assert re.search(r">Jobs</a> <span class=\"n\">2\+</span>", text)


@pytest.mark.usefixtures("rows")
def test_what_a_row_refers_to_is_a_link(operator: Client) -> None:
    attempt = Attempt.objects.get()
    job = Job.objects.get(pk=attempt.job_id)

    for page in (url(Attempt, "changelist"), url(Attempt, "change", attempt.pk)):
        text = operator.get(page).content.decode()
        assert f'<a href="{url(Job, "change", job.pk)}">{job.public_id}</a>' in text
        assert url(ProductResponse, "change", attempt.response_id) in text
    listed = operator.get(url(Job, "changelist")).content.decode()
    assert url(PrivacyRequest, "change", job.request_id) in listed
    assert url(Organization, "change", job.organization_id) in listed
    assert url(DataSubject, "change", job.data_subject_id) in (
        operator.get(url(Job, "change", job.pk)).content.decode()
    )


def test_a_reference_to_what_is_gone_is_an_id(operator: Client, organization: Organization) -> None:
    event = AuditEvent.objects.create(
        organization_id=987_654, at="2026-01-01T00:00Z", actor_kind="user", actor_id="x",
        verb="job.retry", target_kind="job", target_id="y", commitment=b"",
    )  # fmt: skip

    text = operator.get(url(AuditEvent, "change", event.pk)).content.decode()

    assert "#987654" in text


def test_counting_is_one_statement(operator: Client, program: Program) -> None:
    [job, *_] = submit(program, document())

    with CaptureQueriesContext(connection) as queries:
        operator.get(url(Job, "change", job.pk))

    counting = [one["sql"] for one in queries.captured_queries if "count(*)" in one["sql"].lower()]
    assert len(counting) == 1


def test_acts_lead_to_what_they_were_about(operator: Client, program: Program) -> None:
    [job, *_] = submit(program, document())
    place = f"{url(PrivacyRequest, 'changelist')}?q={job.request.public_id}"

    text = operator.get(url(AuditEvent, "changelist")).content.decode()

    assert f'href="{place}"' in text
    assert operator.get(place).context["cl"].result_count == 1
