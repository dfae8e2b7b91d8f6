"""Signatures of remote systems by RSA-SHA256, and their keys, which are fetched now and then.

Anybody can make us look for a key by a callback with a header of his own: whoever fetches asks one
host only, and of each address once a minute at most.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

Key = TypeVar("Key")
KEPT_SECONDS, MISSING_SECONDS = 24 * 3600.0, 60.0
MOST_KEPT = 200
LEAST_BITS = 2048


class Kept(Generic[Key]):
    """What was fetched, by address; None of what was not there a moment ago."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, Key | None]] = {}

    def get(
        self, address: str, fetch: Callable[[], Key | None], *, fresh: bool = False
    ) -> Key | None:
        """`fresh` fetches again what was kept for more than a minute: a key may be replaced."""
        now = time.monotonic()
        at, known = self._found.get(address, (0.0, None))
        age = now - at if address in self._found else KEPT_SECONDS
        if age < (KEPT_SECONDS if known is not None and not fresh else MISSING_SECONDS):
            return known
        if len(self._found) >= MOST_KEPT:
            self._found.clear()
        self._found[address] = now, known  # others need not ask meanwhile
        found = fetch()
        self._found[address] = now, found
        return found

    def forget(self) -> None:
        self._found.clear()


def verifies(key: RSAPublicKey, body: bytes, signature: str) -> bool:
    """Whether a signature (base64, possibly in lines) is by this key over these very bytes."""
    if key.key_size < LEAST_BITS or len(signature) > 4000:
        return False
    try:
        given = base64.b64decode("".join(signature.split()), validate=True)
        key.verify(given, body, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
