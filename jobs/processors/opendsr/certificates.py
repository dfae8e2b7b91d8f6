"""The certificate that a processor signs with: found by its discovery, on its own host, and of an
authority that we trust (OpenDSR 4.1, 6.3, 8.8)."""

from __future__ import annotations

import ipaddress
import time
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from django.conf import settings as portal

from jobs.processors import remote
from jobs.processors.base import ProductUnavailable
from jobs.processors.rsa import Kept, verifies

SECONDS = 10.0
MOST_BYTES = 256 * 1024
MOST_CERTIFICATES = 10
# The second name is the specification's former one, which everybody still honours (10.1).
NAMES = ("x-opendsr", "x-opengdpr")
_keys: Kept[RSAPublicKey] = Kept()


class SupportedIdentity(msgspec.Struct):
    identity_type: str
    identity_format: str = "raw"


class Discovery(msgspec.Struct):
    """What a processor says of itself (6.3)."""

    processor_certificate: str
    api_version: str = ""
    supported_identities: list[SupportedIdentity] = []
    supported_subject_request_types: list[str] = []


def genuine(settings: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the processor signed these very bytes. A certificate that no longer fits is looked
    for anew: it may have been replaced."""
    url = settings["url"]
    for name in NAMES:
        domain = headers.get(f"{name}-processor-domain", "").strip().lower().rstrip(".")
        signature = headers.get(f"{name}-signature", "")
        if not signature or domain != host(url):
            continue
        for fresh in (False, True):
            key = _keys.get(url, lambda: _key(settings), fresh=fresh)
            if key is not None and verifies(key, body, signature):
                return True
    return False


def host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().rstrip(".")


def caller(settings: Mapping[str, Any], seconds: float = SECONDS) -> remote.Caller:
    return remote.Caller(settings["url"], time.monotonic() + seconds)


def discover(settings: Mapping[str, Any], of: remote.Caller) -> Discovery:
    url = of.url("discovery")
    headers = {"Accept": "application/json", **authorization(settings)}
    answer = of.call("GET", url, headers=headers, most_bytes=MOST_BYTES)
    remote.judge(answer, url, (200,))
    discovery: Discovery = remote.decoded(answer, url, Discovery)
    return discovery


def authorization(settings: Mapping[str, Any]) -> dict[str, str]:
    given = settings.get("authorization")
    return {"Authorization": given} if given else {}


def key_of(settings: Mapping[str, Any], discovery: Discovery, of: remote.Caller) -> RSAPublicKey:
    """ProductUnavailable where there is none that we may trust."""
    url = discovery.processor_certificate
    refused = ProductUnavailable("opendsr.certificate", {"host": of.host})
    if host(url) != host(settings["url"]):
        raise refused
    answer = of.call("GET", url, most_bytes=MOST_BYTES)
    if answer.status != 200:
        raise refused
    try:
        leaf, *between = x509.load_pem_x509_certificates(answer.body)
        if len(between) > MOST_CERTIFICATES:
            raise refused
        builder = PolicyBuilder().store(_authorities(portal.OUTBOUND_CA_FILE))
        verifier = builder.time(datetime.now(UTC)).build_server_verifier(_subject(host(url)))
        verifier.verify(leaf, between)
        key = leaf.public_key()
    except (VerificationError, ValueError):
        raise refused from None
    if not isinstance(key, RSAPublicKey):
        raise refused
    return key


def _key(settings: Mapping[str, Any]) -> RSAPublicKey | None:
    of = caller(settings)
    try:
        return key_of(settings, discover(settings, of), of)
    except (ProductUnavailable, TimeoutError):
        return None


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@lru_cache(maxsize=2)
def _authorities(own: str) -> Store:
    """The usual ones, and the operator's own; read once in a process."""
    pem = Path(certifi.where()).read_bytes() + (Path(own).read_bytes() if own else b"")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old root may be odd
        return Store(x509.load_pem_x509_certificates(pem))
