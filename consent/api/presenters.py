"""Choices in the words of the API."""

from __future__ import annotations

from typing import Any

from consent.models import ConsentRecord
from consent.services.present import Standing
from jobs.api.presenters import moment
from jobs.services.drafts import IdentityDraft


def standing(identity: IdentityDraft, found: Standing) -> dict[str, Any]:
    """`optOutOfSale` is null for an identity that never chose."""
    present = found.present
    return {
        "namespace": identity.given,
        "value": identity.value,
        "optOutOfSale": present.opted_out if present else None,
        "effectiveDate": moment(present.effective_at) if present else None,
        "history": list(map(choice, found.history)),
    }


def choice(record: ConsentRecord) -> dict[str, Any]:
    return {
        "optOutOfSale": record.opted_out,
        "effectiveDate": moment(record.effective_at),
        "recordedDate": moment(record.recorded_at),
        "channel": record.channel,
        "requestId": record.request_ref,
        "submittedBy": record.actor_name,
    }
