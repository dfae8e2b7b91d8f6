"""Events of the service (contract §12): who sent them, and of which job they are."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from jobs.processors.base import NotHeard
from jobs.processors.rsa import Kept, verifies
from privacyportal import outbound

SECONDS = 5.0
KEY_PATH = re.compile(r"/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\.pem", re.ASCII)
OF_JOBS = ("jobcomplete", "joberror")  # a product's event is no end of the job
_keys: Kept[RSAPublicKey] = Kept()


class Value(msgspec.Struct):
    jobId: str


class Data(msgspec.Struct):
    imsOrg: str
    value: Value


class Event(msgspec.Struct):
    type: str
    data: Data


def heard(settings: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> list[str]:
    """The job that an event is about. NotHeard where it is not the service's, or not ours."""
    if secret := settings.get("webhook_secret"):
        genuine = _by_secret(secret, headers, body)
    else:
        genuine = any(_by_key(settings, headers, body, number) for number in (1, 2))
    if not genuine:
        raise NotHeard
    try:
        event = msgspec.json.decode(body, type=Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotHeard from None
    if event.data.imsOrg != settings["organization"]:
        raise NotHeard
    return [event.data.value.jobId] if event.type.endswith(OF_JOBS) else []


def _by_secret(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    wanted = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
    return hmac.compare_digest(wanted, headers.get("x-adobe-signature", "").encode())


def _by_key(
    settings: Mapping[str, Any], headers: Mapping[str, str], body: bytes, number: int
) -> bool:
    path = headers.get(f"x-adobe-public-key{number}-path", "")
    signature = headers.get(f"x-adobe-digital-signature-{number}", "")
    if not signature or len(path) > 200 or not KEY_PATH.fullmatch(path):
        return False
    host = urlsplit(settings.get("keys_url") or settings["url"])
    url = f"{host.scheme}://{host.netloc}{path}"
    key = _keys.get(url, lambda: _fetched(url))
    return key is not None and verifies(key, body, signature)


def _fetched(url: str) -> RSAPublicKey | None:
    try:
        answer = outbound.call("GET", url, seconds=SECONDS, reach=outbound.to_products())
        key = load_pem_public_key(answer.body) if answer.status == 200 else None
    except (outbound.OutboundError, ValueError):
        return None
    return key if isinstance(key, RSAPublicKey) else None
