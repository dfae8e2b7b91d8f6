"""People over all their requests."""

from __future__ import annotations

import json

import pytest

from jobs.models import DataSubject, Job
from jobs.services import persons
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import Program, make_program
from tests.api.work import close, submit

EMAIL, PHONE = "ann.berg@example.com", "+46 70 123 45 67"


@pytest.fixture
def program(organization: Organization) -> Program:
    return make_program(organization)


def ask(program: Program, key: str, *values: str, **more: object) -> Job:
    """A request of one person; a value with @ is an e-mail address, else a phone number."""
    ids = [identity("email" if "@" in value else "phone", value) for value in values]
    org = program.headers["x-gw-ims-org-id"]
    [job] = submit(program, document(org, users=[user(key, ids=ids)], **more))
    return job


def test_identities_of_all_requests_stand_once_and_masked(program: Program) -> None:
    ask(program, "ann", EMAIL)
    last = ask(program, "ann", EMAIL.upper(), PHONE)

    known = persons.known(last.data_subject, clear=True)

    assert known.key == "ann"
    assert [(i.namespace, i.text) for i in known.identities] == [
        ("email", "A•••••@E•••••.COM"),
        ("phone", "+•••••67"),
    ]
    assert (known.requests, known.forgotten) == (2, 0)
    assert persons.known(last.data_subject, clear=False).key == "a•••••"


def test_one_of_them_is_revealed_wherever_it_came_from(program: Program) -> None:
    first = ask(program, "ann", EMAIL)
    last = ask(program, "ann", EMAIL, PHONE)

    for at in ((first.public_id, 0), (last.public_id, 0)):
        known = persons.known(last.data_subject, clear=True, reveal=at)
        assert [i.text for i in known.identities if i.revealed] == [EMAIL]


def test_what_was_forgotten_is_counted_and_what_was_not_still_told(program: Program) -> None:
    first = ask(program, "ann", EMAIL)
    last = ask(program, "ann", PHONE)
    destroy(first.request.data_key_id)

    known = persons.known(last.data_subject, clear=True)
    assert (known.key, known.forgotten, len(known.identities)) == ("ann", 1, 1)

    destroy(last.request.data_key_id)
    known = persons.known(last.data_subject, clear=True)
    assert (known.key, known.forgotten, list(known.identities)) == ("", 2, [])


def test_keys_that_share_an_identity_are_named(program: Program, stranger: Organization) -> None:
    ann = ask(program, "ann", EMAIL, PHONE)
    other = ask(program, "CUST-1", EMAIL.upper())
    ask(program, "bo", "bo@example.com")
    ask(make_program(stranger), "foreign", EMAIL)

    marks = persons.known(ann.data_subject, clear=True).fingerprints
    [like] = persons.alike(ann.data_subject, marks, clear=True)

    assert (like.key, like.namespace, like.person) == ("CUST-1", "email", other.data_subject)
    assert persons.alike(ann.data_subject, [], clear=True) == []
    destroy(other.request.data_key_id)
    assert persons.alike(ann.data_subject, marks, clear=True)[0].key == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ann", 1),
        (EMAIL.upper(), 2),
        ("+46701234567", 1),
        ("loyalty: 4711", 1),
        ("4711", 0),
        ("an", 0),
        ("ann.berg@example", 0),
        (":", 0),
    ],
)
def test_people_are_found_by_a_whole_key_or_identity(
    program: Program, stranger: Organization, organization: Organization, text: str, found: int
) -> None:
    ask(program, "ann", EMAIL, PHONE)
    ask(program, "CUST-1", EMAIL)
    loyal = {"namespace": "Loyalty", "value": "4711"}
    submit(program, document(organization.ims_org_id, users=[user("bo", ids=[loyal])]))
    ask(make_program(stranger), "ann", EMAIL)

    people = persons.find(organization=organization, by=SYSTEM, text=text)

    assert len(people) == found
    assert {person.organization_id for person in people} <= {organization.pk}
    act = AuditEvent.objects.get(verb="person.find")
    assert "ann" not in json.dumps(AuditDetail.objects.get(pk=act.pk).detail)


def test_the_list_has_each_person_once_at_their_last_job(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(program, "ann", EMAIL)
    bo = ask(program, "bo", "bo@example.com")
    cy = ask(program, "cy", "cy@example.com")
    ann = ask(program, "ann", EMAIL)
    monkeypatch.setattr(persons, "PAGE", 2)

    first, after = persons.recent(organization, None)
    rest, end = persons.recent(organization, after)

    assert (first, rest, end) == ([ann, cy], [bo], None)


def test_the_list_goes_on_where_a_window_holds_nobody_new(
    program: Program, organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = ask(program, "bo", "bo@example.com")
    ann = [ask(program, "ann", EMAIL) for _ in range(3)][-1]
    monkeypatch.setattr(persons, "WINDOW", 2)

    first, after = persons.recent(organization, None)
    second, onward = persons.recent(organization, after)

    assert (first, second) == ([ann], [bo])
    assert onward is not None  # the window was full: there may be more
    assert persons.recent(organization, onward) == ([], None)


def test_jobs_of_people_are_summed_up(program: Program) -> None:
    close(ask(program, "ann", EMAIL))
    job = ask(program, "ann", EMAIL)

    person = DataSubject.objects.get()
    assert persons.sums([person.pk])[person.pk] == persons.Sum(2, 1, job.due_on)
