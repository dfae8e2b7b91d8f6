"""Seal, open, fingerprint, destroy.

A sealed value is: format (1 byte), id of its data key (8 bytes), nonce, ciphertext and tag; the
place it belongs to (table, row, column) is bound in, so that it opens nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils import timezone

from privacyportal.keys.crypto import (
    FORMAT,
    Unreadable,
    decrypt,
    derive,
    encrypt,
    keyed_digest,
    master_keys,
    random_key,
)
from privacyportal.keys.models import DataKey, MasterKeyCanary, OrganizationKey, Purpose

CANARY = b"the master key of this installation"
HEADER = 9


class Destroyed(Exception):
    """The data key was destroyed: what it sealed is forgotten."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """One data key at work. Cheap to call thousands of times."""

    id: int
    _key: AESGCM
    _raw: bytes

    def seal(self, plain: str | bytes, place: str) -> bytes:
        data = plain.encode() if isinstance(plain, str) else plain
        return FORMAT + self.id.to_bytes(8, "big") + encrypt(self._key, data, place.encode())

    def open(self, sealed: bytes | memoryview, place: str) -> bytes:
        sealed = bytes(sealed)
        if sealed[:1] != FORMAT or key_id(sealed) != self.id:
            raise Unreadable
        return decrypt(self._key, sealed[HEADER:], place.encode())

    def derive(self, purpose: str) -> bytes:
        """32 bytes for a keyed digest of its own."""
        return derive(self._raw, purpose.encode())


def key_id(sealed: bytes | memoryview) -> int:
    """The id of the data key that a sealed value names."""
    return int.from_bytes(bytes(sealed[1:HEADER]), "big")


# --- master keys -------------------------------------------------------------------------------


def check_master_keys() -> None:
    """Opens the canaries; a wrong or missing master key stops the process with that sentence."""
    keys = master_keys()
    first = next(iter(keys))
    for canary in MasterKeyCanary.objects.all():
        if canary.master_key_id not in keys:
            raise ImproperlyConfigured(
                f"MASTER_KEYS lacks {canary.master_key_id!r}, which this database was written with."
            )
        try:
            decrypt(AESGCM(keys[canary.master_key_id]), bytes(canary.sealed), b"canary")
        except Unreadable:
            raise ImproperlyConfigured(
                f"MASTER_KEYS: {canary.master_key_id!r} is not the key that this database was "
                "written with."
            ) from None
    if not MasterKeyCanary.objects.filter(master_key_id=first).exists():
        sealed = encrypt(AESGCM(keys[first]), CANARY, b"canary")
        MasterKeyCanary.objects.get_or_create(master_key_id=first, defaults={"sealed": sealed})


# --- organization keys -------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _organization_key(pk: int) -> bytes:
    return _unwrapped(OrganizationKey.objects.get(pk=pk))


def _unwrapped(key: OrganizationKey) -> bytes:
    master = AESGCM(master_keys()[key.master_key_id])
    return decrypt(master, bytes(key.wrapped), _wrap_place(key))


def _wrap_place(key: OrganizationKey) -> bytes:
    return f"organization:{key.organization_id}:{key.version}".encode()


def current_organization_key(organization_id: int) -> OrganizationKey:
    """The newest key of an organization; its first is made on first use."""
    found = OrganizationKey.objects.filter(organization_id=organization_id)
    if key := found.order_by("-version").first():
        return key
    name, master = next(iter(master_keys().items()))
    key = OrganizationKey(organization_id=organization_id, version=1, master_key_id=name)
    key.wrapped = encrypt(AESGCM(master), random_key(), _wrap_place(key))
    try:
        with transaction.atomic():
            key.save()
    except IntegrityError:  # another process was faster
        return found.order_by("-version").get()
    return key


def wrap_again(key: OrganizationKey) -> bool:
    """With the first master key; whoever calls saves it. Of a deleted organization nothing is
    wrapped any more."""
    name, master = next(iter(master_keys().items()))
    if key.wrapped:
        key.wrapped = encrypt(AESGCM(master), _unwrapped(key), _wrap_place(key))
    key.master_key_id = name
    return True


# --- data keys ---------------------------------------------------------------------------------


def create_data_key(*, organization_id: int, purpose: Purpose) -> Sealer:
    organization_key = current_organization_key(organization_id)
    wrapping = _organization_key(organization_key.pk)
    raw = random_key()
    key = DataKey.objects.create(
        organization_id=organization_id,
        organization_key=organization_key,
        purpose=purpose,
        wrapped=encrypt(AESGCM(wrapping), raw, f"data:{organization_id}:{purpose}".encode()),
    )
    return Sealer(key.pk, AESGCM(raw), raw)


def sealers(ids: Iterable[int]) -> dict[int, Sealer]:
    """The data keys with these ids, in one query; destroyed ones are missing from the answer."""
    return opened(DataKey.objects.filter(pk__in=set(ids)))


def opened(keys: Iterable[DataKey]) -> dict[int, Sealer]:
    """Data keys at hand, by id, without the destroyed ones."""
    return {key.pk: _sealer(key) for key in keys if key.destroyed_at is None}


def sealer(pk: int) -> Sealer:
    if pk not in (found := sealers([pk])):
        raise Destroyed
    return found[pk]


def _sealer(key: DataKey) -> Sealer:
    wrapping = _organization_key(key.organization_key_id)
    assert key.wrapped is not None
    place = f"data:{key.organization_id}:{key.purpose}".encode()
    raw = decrypt(AESGCM(wrapping), bytes(key.wrapped), place)
    return Sealer(key.pk, AESGCM(raw), raw)


def destroy(*pks: int) -> None:
    """Forgets everything that these keys sealed. Whoever calls has made sure that no work is
    open."""
    DataKey.objects.filter(pk__in=pks, destroyed_at=None).update(
        wrapped=None, destroyed_at=timezone.now()
    )


# --- fingerprints ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fingerprinter:
    """Keyed fingerprints of an organization: equal values are equal, and say nothing else."""

    version: int
    _key: bytes

    def __call__(self, kind: str, value: str) -> bytes:
        """32 bytes; `kind` is a canonical namespace, or "key" for a person's key."""
        return keyed_digest(self._key, f"{kind}\0{value}".encode())


def fingerprinter(organization_id: int) -> Fingerprinter:
    key = current_organization_key(organization_id)
    return Fingerprinter(key.version, derive(_organization_key(key.pk), b"fingerprint"))


def fingerprinters() -> dict[int, Fingerprinter]:
    """Those of all organizations that have a key, in one query."""
    newest = OrganizationKey.objects.order_by("organization", "-version").distinct("organization")
    return {
        key.organization_id: Fingerprinter(key.version, derive(_unwrapped(key), b"fingerprint"))
        for key in newest
    }
