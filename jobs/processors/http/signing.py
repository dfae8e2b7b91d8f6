"""Signatures of both sides: HMAC-SHA-256 over time, label and body, by a secret that both have.

The label says what is signed, so that nothing passes for something else: a request's is where it
goes, an answer's is the signature of its request, a callback's is the word itself.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping, Sequence

TIMESTAMP, SIGNATURE = "portal-timestamp", "portal-signature"
WINDOW_SECONDS = 300
CALLBACK = "callback"
MOST_SIGNATURES = 4
ONE = re.compile(r"v1=([0-9a-f]{64})", re.ASCII)


def signed(
    secrets: Sequence[str], label: str, body: bytes, *, seconds_ago: int = 0
) -> dict[str, str]:
    """The two headers: one signature by each secret."""
    at = str(int(time.time()) - seconds_ago)
    found = ",".join(f"v1={_mac(secret, at, label, body)}" for secret in secrets)
    return {"Portal-Timestamp": at, "Portal-Signature": found}


def is_signed(secrets: Sequence[str], label: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the signatures is by one of the secrets, and of now."""
    at = headers.get(TIMESTAMP, "")
    if not (at.isascii() and at.isdecimal() and len(at) <= 12):
        return False
    if abs(time.time() - int(at)) > WINDOW_SECONDS:
        return False
    given = ONE.findall(headers.get(SIGNATURE, "")[:1000])[:MOST_SIGNATURES]
    wanted = [_mac(secret, at, label, body) for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in given for other in wanted)


def _mac(secret: str, at: str, label: str, body: bytes) -> str:
    signed_text = f"{at}.{label}.".encode() + body
    return hmac.new(secret.encode(), signed_text, hashlib.sha256).hexdigest()
