"""What is published of the token endpoint and of the description itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from privacyportal.api.openapi import Answer, Body, Operation

TAG = "Tokens"


class TokenCall(msgspec.Struct):
    """The client credentials of OAuth 2, as a form or in the query."""

    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: Annotated[str, Meta(min_length=1)]
    grant_type: Literal["client_credentials"] = "client_credentials"
    scope: str = ""


class Token(msgspec.Struct):
    """A bearer token."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: Annotated[int, Meta(description="Seconds.")]


class TokenRefused(msgspec.Struct):
    """As OAuth 2 has it."""

    error: str
    error_description: str


OPERATIONS = (
    Operation(
        "POST",
        "/ims/token/v3",
        "createToken",
        TAG,
        "Get a token",
        [
            Answer(
                200,
                "It lives for 24 hours, unless the credential is revoked.",
                Token,
                {"access_token": "k3T…", "token_type": "bearer", "expires_in": 86399},
            ),
            Answer(
                400,
                "Refused.",
                TokenRefused,
                {
                    "error": "invalid_client",
                    "error_description": "invalid client_id or client_secret parameter",
                },
            ),
        ],
        description="`/ims/token/v2` is the same.",
        body=Body(
            TokenCall,
            {
                "form": {
                    "client_id": "d7ef…",
                    "client_secret": "p8e-…",
                    "grant_type": "client_credentials",
                }
            },
            media="application/x-www-form-urlencoded",
        ),
        refusals=[429],
    ),
    Operation(
        "GET",
        "/data/core/privacy/openapi.json",
        "readDescription",
        "Description",
        "Read this description",
        [Answer(200, "OpenAPI 3.1.", dict[str, Any], {"openapi": "3.1.0"})],
    ),
)
