"""The primitives: AES-256-GCM with the context bound in, HKDF, HMAC. No database here."""

import base64
import binascii
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = b"\x01"
NONCE = 12


class Unreadable(Exception):
    """A ciphertext was not made with this key for this place, or was altered."""


def random_key() -> bytes:
    return AESGCM.generate_key(256)


def encrypt(key: AESGCM, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, plain, context)


def decrypt(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except InvalidTag as error:
        raise Unreadable from error


def derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)


def keyed_digest(key: bytes, data: bytes) -> bytes:
    digest = HMAC(key, SHA256())
    digest.update(data)
    return digest.finalize()


@cache
def master_keys() -> dict[str, bytes]:
    """id → key from MASTER_KEYS, in order: the first wraps, all unwrap."""
    keys = {}
    for entry in settings.MASTER_KEYS:
        name, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != 32:
            raise ImproperlyConfigured(
                f"MASTER_KEYS: entry {name or '(no id)'!r} is not id:base64 of 32 bytes."
            )
        keys[name] = key
    return keys
