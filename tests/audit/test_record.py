"""The record of acts: it only grows, and each detail can be proved while it stands."""

import hashlib
import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from jobs.models import Attempt
from privacyportal.actors import SYSTEM, Actor
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.audit.services import encode, record
from privacyportal.organizations.models import Organization

OFFICER = Actor("user", "6e0e0b8e-0000-4000-8000-000000000001", "Olof Officer")


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(ims_org_id="Audit@PortalOrg", name="Audit")


@pytest.fixture
def event(organization: Organization) -> AuditEvent:
    return act(organization, {"b": 2, "a": ["å", None, 1.5]})


def act(organization: Organization, detail: dict[str, Any], by: Actor = OFFICER) -> AuditEvent:
    return record(
        organization=organization, by=by, verb="job.cancel", target=("job", "17"), detail=detail
    )


def commitment_of(detail: AuditDetail) -> bytes:
    return hashlib.sha256(bytes(detail.salt) + encode(detail.detail)).digest()


def test_an_act_says_who_did_what_to_which_thing(event: AuditEvent) -> None:
    stored = AuditEvent.objects.get()

    assert (stored.actor_kind, stored.actor_id) == ("user", OFFICER.id)
    assert (stored.verb, stored.target_kind, stored.target_id) == ("job.cancel", "job", "17")
    assert AuditDetail.objects.get(event_id=stored.pk).detail["actor"] == "Olof Officer"


def test_the_name_of_who_acted_is_in_the_deletable_part_only(event: AuditEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(e)::text FROM audit_auditevent e")
        (row,) = cursor.fetchone()

    assert "Olof" not in row


def test_the_commitment_proves_the_detail_as_it_is_read_back(event: AuditEvent) -> None:
    detail = AuditDetail.objects.get(event_id=event.pk)

    assert commitment_of(detail) == bytes(AuditEvent.objects.get().commitment)


@pytest.mark.parametrize("change", [{"a": "x"}, {"c": 1}, {"actor": "Somebody else"}])
def test_a_changed_detail_is_noticed(event: AuditEvent, change: dict[str, Any]) -> None:
    detail = AuditDetail.objects.get(event_id=event.pk)
    detail.detail |= change

    assert commitment_of(detail) != bytes(event.commitment)


def test_equal_details_have_different_commitments(organization: Organization) -> None:
    first, second = (act(organization, {"jobs": 1}) for _ in range(2))

    assert first.commitment != second.commitment


def test_the_detail_can_go_and_the_act_stays(event: AuditEvent) -> None:
    AuditDetail.objects.all().delete()

    assert AuditEvent.objects.get().pk == event.pk


@pytest.mark.parametrize("table", [AuditEvent._meta.db_table, Attempt._meta.db_table])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_the_past(
    organization: Organization, table: str, statement: str
) -> None:
    act(organization, {})
    attempt()

    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete|truncate)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    assert AuditEvent.objects.count() == Attempt.objects.count() == 1


def test_an_act_that_is_rolled_back_was_none(organization: Organization) -> None:
    with transaction.atomic():
        act(organization, {})
        transaction.set_rollback(True)

    assert not AuditEvent.objects.exists()
    assert not AuditDetail.objects.exists()


def test_details_are_told_in_a_form_that_does_not_depend_on_their_order() -> None:
    assert encode({"b": 1, "a": 2}) == encode({"a": 2, "b": 1})
    assert json.loads(encode({"ö": 1})) == {"ö": 1}


def test_the_service_itself_can_act(organization: Organization) -> None:
    assert act(organization, {}, by=SYSTEM).actor_kind == "system"


def attempt() -> Attempt:
    now = timezone.now()
    return Attempt.objects.create(
        organization_id=1,
        job_id=1,
        response_id=1,
        number=1,
        step="process",
        started_at=now,
        ended_at=now,
        state="complete",
    )
