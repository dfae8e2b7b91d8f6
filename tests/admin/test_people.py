"""People, organizations, programs and namespaces: made and changed through services, on record."""

from __future__ import annotations

import re

import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from jobs.models import CustomNamespace
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import ApiCredential, Member, Organization, User
from privacyportal.organizations.services import credentials
from tests.admin.conftest import url


def test_a_program_is_made_with_its_secret_shown_once(
    operator: Client, organization: Organization
) -> None:
    form = {"organization": organization.pk, "name": "warehouse", "permissions": ["privacy_read"]}

    shown = operator.post(url(ApiCredential, "add"), form, follow=True).content.decode()
    again = operator.get(url(ApiCredential, "changelist")).content.decode()

    secret = str(re.search(r"p8e-[\w-]+", shown)[0])  # type: ignore[index]
    made = ApiCredential.objects.get()
    assert made.permissions == ["privacy_read"]
    assert credentials.issue_token(client_id=made.client_id, client_secret=secret)
    assert secret not in again
    assert secret not in str(list(LogEntry.objects.values()))
    assert AuditEvent.objects.get(verb="credential.create").actor_kind == "user"


def test_members_are_added_moved_and_removed_on_record(
    operator: Client, organization: Organization
) -> None:
    person = User.objects.create_user("ann@example.org", "a long password")
    form = {"user": person.pk, "organization": organization.pk, "role": "staff"}

    operator.post(url(Member, "add"), form)
    member = Member.objects.get()
    operator.post(url(Member, "change", member.pk), {"role": "officer"})
    member.refresh_from_db()
    role = member.role
    operator.post(url(Member, "delete", member.pk), {"post": "yes"})

    assert role == "officer"
    assert not Member.objects.exists()
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["member.add", "member.change_role", "member.remove"]


def test_people_and_organizations_are_made_and_never_deleted(operator: Client) -> None:
    with time_machine.travel(timezone.now()):
        made = operator.post(
            url(User, "add"),
            {
                "email": "New@Example.org",
                "name": "New",
                "usable_password": "true",
                "password1": "quite a long one",
                "password2": "quite a long one",
            },
        )
    operator.post(
        url(Organization, "add"), {"name": "New", "ims_org_id": "N@PortalOrg", "time_zone": "UTC"}
    )

    assert made.status_code == 302
    person = User.objects.get(email="new@example.org")
    assert person.check_password("quite a long one")
    assert AuditEvent.objects.get().verb == "organization.create"
    assert operator.post(url(User, "delete", person.pk), {"post": "yes"}).status_code == 403
    there = Organization.objects.get()
    assert operator.post(url(Organization, "delete", there.pk)).status_code == 403


def test_a_namespace_is_registered_once_on_record_and_never_changed(
    operator: Client, organization: Organization
) -> None:
    form = {"organization": organization.pk, "name": " Loyalty ", "description": "A card"}

    made = operator.post(url(CustomNamespace, "add"), form)
    again = operator.post(url(CustomNamespace, "add"), form | {"name": "LOYALTY"})
    standard = operator.post(url(CustomNamespace, "add"), form | {"name": "Email"})
    number = operator.post(url(CustomNamespace, "add"), form | {"name": "12"})

    assert (made.status_code, again.status_code, standard.status_code) == (302, 200, 200)
    assert "a namespace of this name already" in again.content.decode()
    assert "is not a number" in number.content.decode()
    row = CustomNamespace.objects.get()
    assert (row.name, row.description) == ("Loyalty", "A card")
    assert AuditEvent.objects.get(verb="namespace.register").actor_kind == "user"
    assert operator.post(url(CustomNamespace, "change", row.pk), form).status_code == 403
    assert operator.post(url(CustomNamespace, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_last_administrator_stays_in_the_admin_too(
    operator: Client, organization: Organization
) -> None:
    boss = User.objects.create_user("boss@example.org")
    last = Member.objects.create(organization=organization, user=boss, role="administrator")

    removed = operator.post(url(Member, "delete", last.pk), {"post": "yes"}, follow=True)
    changed = operator.post(url(Member, "change", last.pk), {"role": "staff"}, follow=True)

    for answer in (removed, changed):
        assert "The last administrator of an organization stays one." in answer.content.decode()
    assert Member.objects.get().role == "administrator"
