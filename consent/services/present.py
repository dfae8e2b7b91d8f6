"""The present choice of an identity, and how it came about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from consent.models import ConsentRecord, ConsentState, Purpose
from jobs.engine.choices import Choice
from jobs.models.subjects import identity_print
from jobs.processors.base import Named
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Organization

SHOWN = 100  # choices of a history


@dataclass(frozen=True, slots=True)
class Standing:
    """`present` is None for an identity that never chose; `history` has the latest first."""

    present: ConsentState | None
    history: Sequence[ConsentRecord]


def of_subjects(subject_ids: Collection[int]) -> Mapping[tuple[int, int], Choice]:
    """(request subject, position of the identity) → the present choice; one query for a batch."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT identity.request_subject_id, identity.position, state.opted_out,
                record.request_ref
            FROM jobs_identity identity
            JOIN consent_consentstate state
                ON state.organization_id = identity.organization_id AND state.purpose = %s
                AND state.fingerprint = identity.fingerprint
            JOIN consent_consentrecord record ON record.id = state.record_id
            WHERE identity.request_subject_id = ANY(%s)
            """,
            [Purpose.SALE, list(subject_ids)],
        )
        return {(pk, position): Choice(*choice) for pk, position, *choice in cursor.fetchall()}


def opted_out(organization_id: int, identities: Collection[Named]) -> Collection[Named]:
    """Those whose present choice is out; one query."""
    prints = fingerprinter(organization_id)
    marks = {identity_print(prints, namespace, value): (namespace, value)
             for namespace, value in identities}  # fmt: skip
    found = ConsentState.objects.filter(
        organization_id=organization_id,
        purpose=Purpose.SALE,
        opted_out=True,
        fingerprint__in=list(marks),
    )
    return [marks[bytes(mark)] for mark in found.values_list("fingerprint", flat=True)]


def lock(organization_id: int, namespace: str, value: str) -> None:
    """Until the transaction ends, for others who lock the same identity: then they look."""
    mark = identity_print(fingerprinter(organization_id), namespace, value)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", [mark.hex(), organization_id]
        )


def look_up(organization: Organization, namespace: str, value: str) -> Standing:
    """What an identity chose; `namespace` is canonical."""
    mark = identity_print(fingerprinter(organization.pk), namespace, value)
    chosen = {"purpose": Purpose.SALE, "fingerprint": mark}
    records = ConsentRecord.objects.for_organization(organization).filter(**chosen)
    return Standing(
        ConsentState.objects.for_organization(organization).filter(**chosen).first(),
        list(records.order_by("-effective_at", "-id")[:SHOWN]),
    )
