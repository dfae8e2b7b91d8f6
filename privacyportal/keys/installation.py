"""Short secrets of the installation itself, such as second factors: sealed with the master key,
since they belong to no organization."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacyportal.keys.crypto import Unreadable, decrypt, derive, encrypt, master_keys


def seal_text(text: str, purpose: str) -> str:
    """ "id of the master key:base64"; `purpose` is bound in."""
    name, key = next(iter(master_keys().items()))
    sealed = encrypt(_cipher(key, purpose), text.encode(), purpose.encode())
    return f"{name}:{base64.b64encode(sealed).decode()}"


def open_text(sealed: str, purpose: str) -> str:
    """Raises Unreadable, also where its master key is gone."""
    name, _colon, encoded = sealed.rpartition(":")
    try:
        key = master_keys()[name]
    except KeyError:
        raise Unreadable from None
    return decrypt(_cipher(key, purpose), base64.b64decode(encoded), purpose.encode()).decode()


def seal_again(sealed: str, purpose: str) -> str:
    """With the first master key. Raises Unreadable."""
    return seal_text(open_text(sealed, purpose), purpose)


def _cipher(key: bytes, purpose: str) -> AESGCM:
    return AESGCM(derive(key, purpose.encode()))
