"""Members and organizations: what the services do, and that it is on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from privacyportal.actors import SYSTEM, Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import members
from privacyportal.organizations.sessions import ORGANIZATION
from tests.api.conftest import make_organization, organization
from tests.sessions import client_of, signed_in

__all__ = ["organization"]

BOSS = Actor("user", "boss", "Boss")


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann@example.org")


def last_event() -> tuple[str, str, dict[str, str]]:
    event = AuditEvent.objects.latest("pk")
    return event.verb, event.target_id, AuditDetail.objects.get(pk=event.pk).detail


def test_an_organization_is_made_on_record(db: None) -> None:
    made = members.create_organization(by=BOSS, ims_org_id="A@PortalOrg", name="A")

    assert (made.time_zone, made.is_demo) == ("UTC", False)
    assert last_event() == (
        "organization.create",
        str(made.public_id),
        {"name": "A", "actor": "Boss"},
    )


def test_a_person_becomes_a_member_once(organization: Organization, ann: User) -> None:
    made = members.add(organization=organization, by=BOSS, user=ann, role=Role.STAFF)

    assert made.role == "staff"
    assert last_event() == ("member.add", str(ann.public_id), {"role": "staff", "actor": "Boss"})
    with pytest.raises(IntegrityError), transaction.atomic():
        members.add(organization=organization, by=BOSS, user=ann, role=Role.OFFICER)
    assert AuditEvent.objects.filter(verb="member.add").count() == 1


def test_a_new_role_holds_from_the_next_request_on(organization: Organization) -> None:
    client = signed_in(organization, "auditor")
    before = client.get("/requests/new/").status_code

    members.change_role(member=Member.objects.get(), by=BOSS, role=Role.OFFICER)

    assert (before, client.get("/requests/new/").status_code) == (403, 200)
    verb, _target, detail = last_event()
    assert verb == "member.change_role"
    assert (detail["before"], detail["role"]) == ("auditor", "officer")


def test_the_same_role_again_is_no_act(organization: Organization, ann: User) -> None:
    member = members.add(organization=organization, by=BOSS, user=ann, role=Role.STAFF)

    members.change_role(member=member, by=BOSS, role=Role.STAFF)

    assert AuditEvent.objects.count() == 1


def test_who_is_removed_sees_nothing_from_the_next_request_on(organization: Organization) -> None:
    client = signed_in(organization, "officer")

    members.remove(member=Member.objects.get(), by=SYSTEM)

    assert client.get("/requests/new/")["Location"].startswith("/accounts/login/")
    client = client_of(User.objects.get())
    assert client.get("/requests/new/").status_code == 403
    assert User.objects.count() == 1
    assert last_event()[0] == "member.remove"


def test_a_role_that_is_none_is_refused_by_the_database(
    organization: Organization, ann: User
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(organization=organization, user=ann, role="king")


def test_addresses_are_kept_in_lower_case_and_once(db: None) -> None:
    made = User.objects.create_user(" Ann@Example.ORG ")

    assert made.email == "ann@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Other@example.org")


def test_one_sees_the_organization_that_one_chose_and_no_other(organization: Organization) -> None:
    client = signed_in(organization, "officer")
    second = make_organization("Second@PortalOrg")
    third = make_organization("Third@PortalOrg")
    members.add(organization=second, by=SYSTEM, user=User.objects.get(), role=Role.AUDITOR)

    first = client.get("/").context["organization"]
    client.post("/organization/", {"organization": str(second.public_id)})
    chosen = client.get("/").context["organization"]
    refused = client.post("/organization/", {"organization": str(third.public_id)})

    assert (first, chosen) == (organization, second)
    assert refused.status_code == 404
    assert client.get("/requests/new/").status_code == 403


def test_a_choice_of_another_organization_in_the_session_is_worth_nothing(
    organization: Organization,
) -> None:
    client: Client = signed_in(organization, "officer")
    theirs = make_organization("Theirs@PortalOrg")
    session = client.session
    session[ORGANIZATION] = str(theirs.public_id)
    session.save()

    assert client.get("/").context["organization"] == organization


def test_the_last_administrator_stays_one(organization: Organization, ann: User) -> None:
    last = members.add(organization=organization, by=BOSS, user=ann, role=Role.ADMINISTRATOR)
    closed = User.objects.create_user("closed@example.org", is_active=False)
    members.add(organization=organization, by=BOSS, user=closed, role=Role.ADMINISTRATOR)
    elsewhere = make_organization("Else@PortalOrg")
    bo = User.objects.create_user("bo@example.org")
    members.add(organization=elsewhere, by=BOSS, user=bo, role=Role.ADMINISTRATOR)

    with pytest.raises(members.LastAdministrator):
        members.remove(member=last, by=BOSS)
    with pytest.raises(members.LastAdministrator):
        members.change_role(member=last, by=BOSS, role=Role.STAFF)

    members.add(organization=organization, by=BOSS, user=bo, role=Role.ADMINISTRATOR)
    members.change_role(member=last, by=BOSS, role=Role.STAFF)
    assert Member.objects.get(pk=last.pk).role == "staff"


def test_of_two_administrators_who_remove_each_other_one_stays(
    transactional_db: None,
) -> None:
    organization = make_organization("Race@PortalOrg")
    users = [User.objects.create_user(f"{n}@example.org") for n in range(2)]
    pair = [
        members.add(organization=organization, by=BOSS, user=user, role=Role.ADMINISTRATOR)
        for user in users
    ]

    def leave(member: Member) -> str:
        try:
            members.remove(member=member, by=BOSS)
        except members.LastAdministrator:
            return "kept"
        finally:
            connection.close()
        return "gone"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(leave, pair))

    assert ended == ["gone", "kept"]
    assert Member.objects.count() == 1
