"""Choices in the words of the API, in the shapes that are published."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from consent.models import ConsentCall, ConsentRecord
from consent.services.present import Standing
from jobs.api.presenters import moment
from jobs.services.drafts import IdentityDraft


class Choice(msgspec.Struct):
    """One choice, as it was made."""

    optOutOfSale: bool
    effectiveDate: Annotated[str, Meta(description="From when it counts.")]
    recordedDate: str
    channel: str
    requestId: str
    submittedBy: str


class Choices(msgspec.Struct):
    """What an identity chose; `optOutOfSale` is null for one that never did."""

    namespace: str
    value: str
    optOutOfSale: bool | None
    effectiveDate: str | None
    history: Annotated[list[Choice], Meta(description="The latest first, a hundred at most.")]


class Signal(msgspec.Struct):
    """What a signal led to: nothing, where the identity had opted out before."""

    recorded: bool
    requestId: str | UnsetType = UNSET


def choices(identity: IdentityDraft, found: Standing) -> Choices:
    present = found.present
    return Choices(
        namespace=identity.given,
        value=identity.value,
        optOutOfSale=present.opted_out if present else None,
        effectiveDate=moment(present.effective_at) if present else None,
        history=list(map(_choice, found.history)),
    )


def _choice(record: ConsentRecord) -> Choice:
    return Choice(
        optOutOfSale=record.opted_out,
        effectiveDate=moment(record.effective_at),
        recordedDate=moment(record.recorded_at),
        channel=record.channel,
        requestId=record.request_ref,
        submittedBy=record.actor_name,
    )


def signal(call: ConsentCall | None) -> Signal:
    return Signal(True, call.request.request_id) if call else Signal(False)
