"""The records of choices as pages show them: listed, found, masked, or revealed one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from consent.models import ConsentRecord, ConsentState, Purpose, value_place
from jobs.models.subjects import identity_print
from jobs.rules import namespaces
from jobs.rules.masking import mask
from jobs.rules.states import Action
from jobs.services.namespaces import custom
from privacyportal.actors import Actor
from privacyportal.audit.services import record as record_act
from privacyportal.keys.services import fingerprinter, sealers
from privacyportal.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class SeenRecord:
    """A record with its value, which is masked unless this one was revealed. `job` is the id of
    the job that tells the products, once it is made."""

    record: ConsentRecord
    text: str
    revealed: bool = False
    job: int | None = None


def newest_first(
    organization: Organization, *, opted_out: bool | None = None, channel: str = ""
) -> QuerySet[ConsentRecord]:
    """All records, or those of one choice, of one channel."""
    found: QuerySet[ConsentRecord] = ConsentRecord.objects.for_organization(organization)
    if channel:
        choices = [True, False] if opted_out is None else [opted_out]
        found = found.filter(channel=channel, opted_out__in=choices)
    elif opted_out is not None:
        found = found.filter(opted_out=opted_out)
    return found.order_by("-pk")


def find(organization: Organization, public_id: UUID) -> ConsentRecord | None:
    found: QuerySet[ConsentRecord] = ConsentRecord.objects.for_organization(organization)
    return found.filter(public_id=public_id).first()


def search(organization: Organization, text: str) -> ConsentRecord | None:
    """The latest record of an identity with exactly this value, whatever its namespace is."""
    prints = fingerprinter(organization.pk)
    names = {n.canonical for n in namespaces.STANDARD} | custom(organization).keys()
    marks = [identity_print(prints, name, text) for name in sorted(names)]
    states: QuerySet[ConsentState] = ConsentState.objects.for_organization(organization)
    found = states.filter(purpose=Purpose.SALE, fingerprint__in=marks)
    latest = found.order_by("-effective_at", "-record_id").first()
    return ConsentRecord.objects.get(pk=latest.record_id) if latest else None


def history(record: ConsentRecord) -> QuerySet[ConsentRecord]:
    """Every choice of the record's identity, the latest first."""
    found: QuerySet[ConsentRecord] = ConsentRecord.objects.filter(
        organization_id=record.organization_id,
        purpose=record.purpose,
        fingerprint=record.fingerprint,
    )
    return found.order_by("-effective_at", "-pk")


def seen(records: Sequence[ConsentRecord]) -> list[SeenRecord]:
    """Records with their values masked and their jobs: two queries, however many they are."""
    keys = sealers(record.data_key_id for record in records)
    jobs = _jobs(records)
    shown = []
    for record in records:
        key = keys.get(record.data_key_id)
        value = key.open(record.value_sealed, value_place(record.pk)).decode() if key else ""
        shown.append(SeenRecord(record, mask(value) if value else "", job=jobs.get(record.pk)))
    return shown


@transaction.atomic
def reveal(*, record: ConsentRecord, by: Actor) -> SeenRecord:
    """The record with its value in clear; audited."""
    told(record=record, by=by, verb="consent.reveal")
    return SeenRecord(record, value(record), revealed=True)


def value(record: ConsentRecord) -> str:
    key = sealers([record.data_key_id])[record.data_key_id]
    return key.open(record.value_sealed, value_place(record.pk)).decode()


def told(*, record: ConsentRecord, by: Actor, verb: str) -> None:
    """Audits that somebody saw a record's value."""
    record_act(
        organization=record.organization,
        by=by,
        verb=verb,
        target=("consent", str(record.public_id)),
        detail={"namespace": record.namespace, "request_id": record.request_ref},
    )


def _jobs(records: Iterable[ConsentRecord]) -> dict[int, int]:
    """Record → the job that tells its choice to products."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT record.id, job.id
            FROM consent_consentrecord record
            JOIN jobs_identity identity ON identity.organization_id = record.organization_id
                AND identity.fingerprint = record.fingerprint
            JOIN jobs_requestsubject subject ON subject.id = identity.request_subject_id
                AND subject.request_id = record.request_pk
            JOIN jobs_job job ON job.data_subject_id = subject.data_subject_id
                AND job.request_subject_id = subject.id AND job.action = %s
            WHERE record.id = ANY(%s)
            """,
            [Action.OPT_OUT, [record.pk for record in records]],
        )
        return dict(cursor.fetchall())
