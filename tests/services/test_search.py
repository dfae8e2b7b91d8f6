"""What search finds, and what it must not tell."""

from __future__ import annotations

import pytest

from jobs.models import Job
from jobs.services import namespaces, search
from jobs.services.search import as_filter
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, organization, program, stranger
from tests.api.work import submit

__all__ = ["organization", "program", "stranger"]


def find(organization: Organization, text: str) -> search.Hits:
    return search.search(text, Job.objects.for_organization(organization), organization)


@pytest.fixture
def ann(program: Program, organization: Organization) -> Job:
    namespaces.register(organization=organization, by=SYSTEM, name="Loyalty card")
    ids = [
        identity(value="Ann.Berg@Example.com"),
        identity("phone", "+46 70 123 45 67"),
        identity("Loyalty card", "L-77", type="custom"),
    ]
    bo = user("bo", ids=[identity(value="bo@example.com")])
    [job, _] = submit(program, document(users=[user("CUST-1", ids=ids), bo]))
    return job


@pytest.mark.parametrize(
    "text",
    ["CUST-1", "ann.berg@example.com", " ANN.BERG@EXAMPLE.COM ", "+46701234567", "L-77"],
)
def test_people_are_found_by_a_whole_key_or_identity(
    organization: Organization, ann: Job, text: str
) -> None:
    hits = find(organization, text)

    assert [job.pk for _, job in hits.people] == [ann.pk]
    wanted = as_filter(hits, Job.objects.for_organization(organization))
    assert wanted
    assert wanted.person == str(ann.data_subject.public_id)


@pytest.mark.parametrize(
    "text", ["CUST", "ann.berg", "L-7", "", "   ", "\0", "%", "zzzz", "x" * 5000]
)
def test_parts_of_values_find_nothing(organization: Organization, ann: Job, text: str) -> None:
    hits = find(organization, text)

    assert not hits
    assert as_filter(hits, Job.objects.all()) is None


def test_jobs_are_found_by_the_beginning_of_their_id(organization: Organization, ann: Job) -> None:
    text = str(ann.public_id)

    for part in (text, text.upper(), text[:8], text[:13], text.replace("-", "")):
        assert ann in find(organization, part).jobs
    assert not find(organization, text[:3]).jobs


def test_requests_are_found_by_the_beginning_of_their_id(
    organization: Organization, ann: Job
) -> None:
    request = ann.request

    for part in (request.request_id, request.request_id[:6]):
        hits = find(organization, part)
        assert [found.pk for found in hits.requests] == [request.pk]
    wanted = as_filter(
        find(organization, request.request_id), Job.objects.for_organization(organization)
    )
    assert wanted
    assert wanted.request == str(request.public_id)
    assert not find(organization, request.request_id[1:]).requests
    assert not find(organization, request.request_id[:6] + "%").requests


def test_nothing_of_another_organization_is_found(
    stranger: Program, organization: Organization, ann: Job
) -> None:
    other = Organization.objects.get(ims_org_id="Other@PortalOrg")

    for text in ("CUST-1", "ann.berg@example.com", str(ann.public_id), ann.request.request_id):
        assert not find(other, text)


def test_who_sees_their_own_finds_their_own(organization: Organization, ann: Job) -> None:
    none = Job.objects.for_organization(organization).filter(submitted_by_id="somebody else")

    for text in ("CUST-1", "ann.berg@example.com", str(ann.public_id), ann.request.request_id):
        assert not search.search(text, none, organization)
