"""The choices of a person's identities, for the person's page."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection

from consent.models import ConsentRecord, ConsentState, Purpose, value_place
from jobs.rules.masking import mask
from jobs.services.shown_choices import ShownChoice, ShownChoices
from privacyportal.keys.services import Sealer, sealers
from privacyportal.organizations.models import Organization

SHOWN = 50


def of_identities(organization: Organization, fingerprints: Collection[bytes]) -> ShownChoices:
    if not fingerprints:
        return ShownChoices()
    states = ConsentState.objects.for_organization(organization).filter(
        purpose=Purpose.SALE, fingerprint__in=fingerprints
    )
    present = list(states.values_list("opted_out", flat=True))
    records = list(
        ConsentRecord.objects.filter(pk__in=_last(organization, fingerprints)).order_by(
            "-effective_at", "-pk"
        )
    )
    keys = sealers(record.data_key_id for record in records)
    return ShownChoices(
        any(present) if present else None, [_shown(record, keys) for record in records]
    )


def _last(organization: Organization, fingerprints: Collection[bytes]) -> list[int]:
    """The ids of the last choices: SHOWN at most of each identity, and of all together."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT choice.id FROM unnest(%s::bytea[]) AS identity (fingerprint)
            CROSS JOIN LATERAL (
                SELECT id, effective_at FROM consent_consentrecord
                WHERE organization_id = %s AND purpose = %s
                    AND fingerprint = identity.fingerprint
                ORDER BY effective_at DESC, id DESC LIMIT %s
            ) AS choice
            ORDER BY choice.effective_at DESC, choice.id DESC LIMIT %s
            """,
            [list(fingerprints), organization.pk, Purpose.SALE, SHOWN, SHOWN],
        )
        return [row[0] for row in cursor.fetchall()]


def _shown(record: ConsentRecord, keys: Mapping[int, Sealer]) -> ShownChoice:
    key = keys.get(record.data_key_id)
    value = key.open(record.value_sealed, value_place(record.pk)).decode() if key else ""
    return ShownChoice(
        at=record.effective_at,
        opted_out=record.opted_out,
        namespace=record.namespace_given,
        value=mask(value) if value else "",
        channel=record.get_channel_display(),
        request_id=record.request_ref,
    )
