"""What is published of the consent endpoints."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from consent.api.presenters import Choices, Signal
from jobs.api.describe import AGAIN
from jobs.api.urls import BASE
from privacyportal.api.openapi import Answer, Body, Operation, Parameter
from privacyportal.organizations.permissions import Permission

TAG = "Consent"
Text = Annotated[str, Meta(min_length=1)]


class Entity(msgspec.Struct):
    """Identities of one namespace."""

    nameSpace: Text | UnsetType = UNSET
    namespace: Annotated[Text, Meta(description="Accepted for `nameSpace`.")] | UnsetType = UNSET
    values: Annotated[
        list[Text | int], Meta(min_length=1, description="Each once; a number keeps its digits.")
    ] = []


class ConsentCall(msgspec.Struct):
    """What people chose: 100,000 values at most."""

    optOutOfSale: Annotated[bool | str, Meta(description="False opts back in.")]
    entities: Annotated[list[Entity], Meta(min_length=1)]
    requestId: Text | UnsetType = UNSET
    transactionId: Text | UnsetType = UNSET
    orgId: Annotated[Text, Meta(description="That of the header.")] | UnsetType = UNSET


class OneIdentity(msgspec.Struct):
    """One identity of a person."""

    namespace: Text
    value: Text | int


class SignalCall(msgspec.Struct):
    """A known user whose browser sends the signal of Global Privacy Control."""

    namespace: Text
    value: Text | int
    secGpc: Annotated[str | int, Meta(description="The value; else the header's.")] | UnsetType = (
        UNSET
    )


ANNA = {"namespace": "email", "value": "anna@example.org"}
CHOICE = {
    "optOutOfSale": True,
    "effectiveDate": "11/25/2026 09:53 PM GMT",
    "recordedDate": "11/25/2026 09:53 PM GMT",
    "channel": "api",
    "requestId": "17640000001234567RX-104",
    "submittedBy": "warehouse",
}

OPERATIONS = (
    Operation(
        "POST",
        f"/{BASE}/consent",
        "consent",
        TAG,
        "Opt out of sale or sharing, or back in",
        [Answer(202, "Every choice is on record; products will be told.")],
        Permission.OPT_OUT_WRITE,
        "Makes a job with the action `opt-out-of-sale` for each identity. A product is told the "
        "choice that is present when its turn comes.",
        parameters=[AGAIN],
        body=Body(
            ConsentCall,
            {
                "opt out": {
                    "optOutOfSale": True,
                    "entities": [{"nameSpace": "email", "values": ["anna@example.org"]}],
                },
                "opt back in": {
                    "optOutOfSale": False,
                    "entities": [{"nameSpace": "phone", "values": ["+46701234567"]}],
                },
            },
        ),
        refusals=[409],
    ),
    Operation(
        "POST",
        f"/{BASE}/consent/lookup",
        "lookUpConsent",
        TAG,
        "The present choice of an identity, and how it came about",
        [
            Answer(
                200,
                "What the identity chose.",
                Choices,
                {
                    **ANNA,
                    "optOutOfSale": True,
                    "effectiveDate": CHOICE["effectiveDate"],
                    "history": [CHOICE],
                },
            )
        ],
        Permission.OPT_OUT_READ,
        body=Body(OneIdentity, {"by e-mail": ANNA}),
    ),
    Operation(
        "POST",
        f"/{BASE}/consent/gpc",
        "signalConsent",
        TAG,
        "Hand on Global Privacy Control",
        [
            Answer(
                200,
                "Whether this was news.",
                Signal,
                {"recorded": True, "requestId": CHOICE["requestId"]},
            )
        ],
        Permission.OPT_OUT_WRITE,
        "For a site's backend: it knows the user, and hands on what the browser sends. The value 1 "
        "opts out, unless the identity has opted out already; every other value says nothing.",
        parameters=[
            Parameter("Sec-GPC", "header", "As the browser sent it.", example="1"),
        ],
        body=Body(SignalCall, {"signal": {**ANNA, "secGpc": "1"}}),
    ),
)
