"""Recording choices: the facts by one COPY, the present state by one upsert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from consent.models import ConsentRecord, Purpose, value_place
from jobs.models import PrivacyRequest
from jobs.models.subjects import identity_print
from jobs.rules.states import Action
from jobs.services.drafts import IdentityDraft, RequestDraft
from privacyportal.bulk import copy_rows, reserve_ids
from privacyportal.keys import services as keys
from privacyportal.keys.models import DataKey
from privacyportal.keys.models import Purpose as KeyPurpose
from privacyportal.keys.services import Sealer

COLUMNS = (
    "id", "organization_id", "public_id", "purpose", "opted_out", "namespace", "namespace_given",
    "namespace_id", "qualifier", "key_version", "fingerprint", "data_key_id", "value_sealed",
    "channel", "effective_at", "recorded_at", "request_pk", "request_ref", "actor_kind",
    "actor_id", "actor_name",
)  # fmt: skip


def of_submission(request: PrivacyRequest, draft: RequestDraft) -> None:
    """The opt-outs of a request that came by another way than the consent call."""
    chosen = [
        identity
        for person in draft.people
        if Action.OPT_OUT in person.actions
        for identity in person.identities
    ]
    if chosen:
        choices(request, chosen)


def choices(request: PrivacyRequest, identities: Iterable[IdentityDraft]) -> int:
    """Records what a request says of identities, each once; how many. In one transaction with the
    request."""
    prints = keys.fingerprinter(request.organization_id)
    chosen = {identity_print(prints, i.namespace, i.value): i for i in identities}
    ids = reserve_ids(ConsentRecord, len(chosen))
    _copy(request, prints.version, ids, list(chosen.items()))
    _bring_up_to_date(request, ids[0])
    _count(request, len(ids))
    return len(ids)


def _copy(
    request: PrivacyRequest,
    version: int,
    ids: Sequence[int],
    chosen: Sequence[tuple[bytes, IdentityDraft]],
) -> None:
    key, now = consent_key(request.organization_id), timezone.now()
    effective: datetime = request.received_at
    end = (
        request.channel, effective, now, request.pk, request.request_id,
        request.submitted_by_kind, request.submitted_by_id, request.submitted_by,
    )  # fmt: skip
    copy_rows(
        ConsentRecord,
        COLUMNS,
        (
            (pk, request.organization_id, uuid4(), Purpose.SALE, request.opted_out, i.namespace,
             i.given, i.namespace_id, i.qualifier, version, fingerprint, key.id,
             key.seal(i.value, value_place(pk)), *end)
            for pk, (fingerprint, i) in zip(ids, chosen, strict=True)
        ),
    )  # fmt: skip


def _bring_up_to_date(request: PrivacyRequest, first_id: int) -> None:
    """In the order of fingerprints, as all do who write states: no two wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO consent_consentstate AS known (organization_id, purpose, key_version,
                fingerprint, opted_out, effective_at, record_id)
            SELECT organization_id, purpose, key_version, fingerprint, opted_out, effective_at, id
            FROM consent_consentrecord WHERE request_pk = %s AND id >= %s
            ORDER BY fingerprint
            ON CONFLICT (organization_id, purpose, fingerprint) DO UPDATE
            SET key_version = excluded.key_version, opted_out = excluded.opted_out,
                effective_at = excluded.effective_at, record_id = excluded.record_id
            WHERE (known.effective_at, known.record_id)
                < (excluded.effective_at, excluded.record_id)
            """,
            [request.pk, first_id],
        )


def _count(request: PrivacyRequest, records: int) -> None:
    """Last: others who count the same day wait for this transaction."""
    zone = ZoneInfo(request.organization.time_zone)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO consent_consentday AS known
                (organization_id, day, channel, opted_out, records)
            VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (organization_id, day, channel, opted_out)
            DO UPDATE SET records = known.records + excluded.records
            """,
            [
                request.organization_id,
                request.received_at.astimezone(zone).date(),
                request.channel,
                request.opted_out,
                records,
            ],
        )


def consent_key(organization_id: int) -> Sealer:
    """The key of the organization's consent store, made on first use. Two that make it at once are
    both right: every record names its own."""
    found = DataKey.objects.filter(
        organization_id=organization_id, purpose=KeyPurpose.CONSENT, destroyed_at=None
    )
    if key := found.order_by("pk").first():
        return keys.sealer(key.pk)
    return keys.create_data_key(organization_id=organization_id, purpose=KeyPurpose.CONSENT)
