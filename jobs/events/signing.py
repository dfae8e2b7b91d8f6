"""Keys that sign deliveries and receipts: two in use, so that one can be replaced while receivers
still read the other's. RSA-SHA256 over the raw body, and the older HMAC-SHA256 with a webhook's own
secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from jobs.models import SigningKey
from privacyportal.keys.installation import open_text, seal_text

SLOTS = (1, 2)
BITS = 2048
KEYS_SHOWN = 1000  # of a key set: two a year are made
LOCK = 0x6B657973  # the advisory lock of whoever replaces keys
SEALED_FOR = "signing of deliveries"
PATH = "/data/core/privacy/webhook-keys/%s.pem"


@dataclass(frozen=True, slots=True)
class Signer:
    """The two keys in use, by slot."""

    keys: Mapping[int, SigningKey]

    def headers(self, body: bytes) -> dict[str, str]:
        signed = {}
        for slot, key in self.keys.items():
            signed[f"x-adobe-digital-signature-{slot}"] = _sign(key.private_sealed, body)
            signed[f"x-adobe-public-key{slot}-path"] = PATH % key.public_id
        return signed


def hmac_signature(secret: bytes, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256)).decode()


def detached_jws(payload: bytes, key_set: str) -> str:
    """A JWS over the payload's own bytes, which stand beside it (RFC 7797); `key_set` is the URL of
    the public keys."""
    key = max(signer().keys.values(), key=lambda key: key.created_at)
    return jwt.api_jws.encode(
        payload,
        _private(key.private_sealed),
        algorithm="RS256",
        headers={"kid": str(key.public_id), "jku": key_set, "typ": None},
        is_payload_detached=True,
    )


def key_set() -> dict[str, Any]:
    """The public halves of all keys that are, or were, in use, as a JWK set (RFC 7517)."""
    keys = SigningKey.objects.order_by("-created_at").values_list("public_id", "public_pem")
    return {
        "keys": [
            {**_jwk(pem), "kid": str(public_id), "use": "sig", "alg": "RS256"}
            for public_id, pem in keys[:KEYS_SHOWN]
        ]
    }


def _jwk(pem: str) -> dict[str, Any]:
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return dict(RSAAlgorithm.to_jwk(key, as_dict=True))


def signer() -> Signer:
    """The keys in use; the first ones are made on first use."""
    found = _in_use()
    if len(found) < len(SLOTS):
        with transaction.atomic():
            _lock()
            found = _in_use()
            for slot in SLOTS:
                if slot not in found:
                    found[slot] = _make(slot)
    return Signer({slot: found[slot] for slot in SLOTS})


def in_use() -> list[SigningKey]:
    """By slot; none before the first delivery."""
    found = _in_use()
    return [found[slot] for slot in sorted(found)]


def rotate() -> SigningKey:
    """Replaces the older of the two keys. Its private half is gone, its public half stays."""
    with transaction.atomic():
        _lock()
        found = _in_use()
        missing = [slot for slot in SLOTS if slot not in found]
        slot = missing[0] if missing else min(found.values(), key=lambda key: key.created_at).slot
        SigningKey.objects.filter(slot=slot, replaced_at=None).update(
            replaced_at=timezone.now(), private_sealed=""
        )
        return _make(slot)


def rotate_by_age() -> bool:
    """Replaces a key that has served its days, unless the other was replaced only lately: receivers
    that keep keys have half the time to read the new one."""
    found = _in_use().values()
    if len(found) < len(SLOTS) or not settings.SIGNING_KEY_DAYS:
        return False
    days = timedelta(days=settings.SIGNING_KEY_DAYS)
    ages = sorted(timezone.now() - key.created_at for key in found)
    if ages[1] < days or ages[0] < days / 2:
        return False
    rotate()
    return True


def public_pem(public_id: uuid.UUID) -> str | None:
    """The public half of a key that is, or was, in use."""
    return (
        SigningKey.objects.filter(public_id=public_id).values_list("public_pem", flat=True).first()
    )


def _in_use() -> dict[int, SigningKey]:
    return {key.slot: key for key in SigningKey.objects.filter(replaced_at=None)}


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _make(slot: int) -> SigningKey:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SigningKey.objects.create(
        slot=slot,
        public_pem=public.decode(),
        private_sealed=seal_text(private.decode(), SEALED_FOR),
    )


@lru_cache(maxsize=4)
def _private(sealed: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(open_text(sealed, SEALED_FOR).encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _sign(sealed: str, body: bytes) -> str:
    signature = _private(sealed).sign(body, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()
