"""Receipts of choices, for the person: JSON-LD after ISO/IEC TS 27560:2023 in the terms of the Data
Privacy Vocabulary (the guide https://w3id.org/dpv/guides/consent-27560), with a detached signature
(RFC 7515, appendix F; RFC 7797) that anybody can check with the keys at JWKS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from stat import S_IFREG
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from stream_zip import ZIP_32, stream_zip

from consent.models import ConsentRecord
from consent.services import records
from jobs.events.signing import detached_jws
from jobs.models import PrivacyRequest
from jobs.rules import regulations
from privacyportal.actors import Actor

JWKS = "/.well-known/jwks.json"
CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "schema": "https://schema.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
SCHEMA = "https://w3id.org/dpv/schema/iso-27560"
# What an identity is, where the vocabulary of personal data has a word for it.
KINDS = {"email": "pd:EmailAddress", "phone": "pd:TelephoneNumber"}
HOW_TO_CHECK = """The file receipt.jsonld is what we recorded. The file receipt.jsonld.jws signs it.

The signature is a detached JWS (RFC 7515, RFC 7797): between its two dots belong the bytes of
receipt.jsonld, not encoded. The header names the key; our public keys are at
{keys}
"""


@transaction.atomic
def download(*, record: ConsentRecord, by: Actor) -> Iterator[bytes]:
    """A ZIP of the receipt, its signature and how to check it; audited."""
    records.told(record=record, by=by, verb="consent.receipt")
    receipt = json.dumps(document(record), ensure_ascii=False, indent=2).encode()
    keys = settings.PORTAL_URL + JWKS
    files = {
        "receipt.jsonld": receipt,
        "receipt.jsonld.jws": detached_jws(receipt, keys).encode(),
        "HOW-TO-CHECK.txt": HOW_TO_CHECK.format(keys=keys).encode(),
    }
    now = timezone.now().replace(tzinfo=None)
    entries = ((name, now, S_IFREG | 0o644, ZIP_32, (body,)) for name, body in files.items())
    return iter(stream_zip(entries))


def document(record: ConsentRecord) -> dict[str, Any]:
    """The receipt as JSON-LD."""
    here = f"{settings.PORTAL_URL}/consent/{record.public_id}/"
    organization = record.organization
    controller = {
        "@id": f"urn:uuid:{organization.public_id}",
        "@type": "dpv:DataController",
        "dpv:hasName": organization.name,
    }
    return {
        "@context": CONTEXT,
        "@id": f"{here}#receipt",
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": f"{SCHEMA}#receipt-full",
        "dct:identifier": f"receipt-{record.public_id}",
        "dct:created": _moment(timezone.now()),
        "dct:publisher": controller,
        "schema:recipient": "dpv:DataSubject",
        "dpv:hasRecordOfActivity": {
            "@id": here,
            "@type": "dpv:ConsentRecord",
            "dct:conformsTo": f"{SCHEMA}#record",
            "dct:identifier": str(record.public_id),
            "dct:created": _moment(record.recorded_at),
            "dct:source": record.request_ref,
            "dpv:hasDataController": controller,
            "dpv:hasDataSubject": {
                "@type": "dpv:DataSubject",
                "dpv:hasIdentifier": {
                    "@type": KINDS.get(record.namespace, "dpv:Identifier"),
                    "schema:propertyID": record.namespace_given,
                    "rdf:value": records.value(record),
                },
            },
            **_law(record),
            "dpv:hasProcess": {
                "@type": "dpv:Process",
                "dpv:hasPurpose": "dpv:SellDataToThirdParties",
                "dpv:hasProcessing": ["dpv:Disclose", "dpv:Share"],
                "dct:description": str(record.get_purpose_display()),
            },
            "dpv:hasConsentStatus": {
                "@type": "dpv:ConsentRefused" if record.opted_out else "dpv:ConsentGiven",
                "dct:date": _moment(record.effective_at),
                "dpv:isIndicatedAtTime": _moment(record.effective_at),
                "dpv:isIndicatedBy": "dpv:DataSubject",
                "dpv:hasIndicationMethod": str(record.get_channel_display()),
            },
        },
    }


def _law(record: ConsentRecord) -> dict[str, Any]:
    """The law that the request named, while the request is still kept."""
    codes = PrivacyRequest.objects.filter(pk=record.request_pk)
    law = regulations.lookup(codes.values_list("regulation", flat=True).first() or "")
    return {"dpv:hasApplicableLaw": {"@type": "dpv:Law", "dct:title": law.name}} if law else {}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
