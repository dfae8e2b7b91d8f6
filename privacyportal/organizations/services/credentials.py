"""Programs: their credentials and tokens. Secrets have 256 random bits, so a plain hash will do."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import AccessToken, ApiCredential, Organization
from privacyportal.organizations.permissions import Permission

TOKEN_SECONDS = 86_399  # contract §1
LAST_USED_GRAIN = timedelta(minutes=1)
MOST = 500  # listed
LONGEST_OVERLAP = timedelta(days=90)

# What ends with a credential in the apps above, in the transaction that revokes it.
REVOKED: list[Callable[[ApiCredential, Actor], None]] = []


class Revoked(Exception):
    """The credential was ended, and stays so."""


def of_organization(organization: Organization) -> list[ApiCredential]:
    """Those that live first, by name."""
    found = ApiCredential.objects.filter(organization=organization)
    return list(found.order_by(F("revoked_at").desc(nulls_first=True), "name", "pk")[:MOST])


def _fresh() -> str:
    return f"p8e-{secrets.token_urlsafe(32)}"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic
def create(
    *, organization: Organization, by: Actor, name: str, permissions: Iterable[Permission | str]
) -> tuple[ApiCredential, str]:
    """Makes a credential; the secret is in the answer and nowhere else."""
    secret = _fresh()
    credential = ApiCredential.objects.create(
        organization=organization,
        name=name,
        client_id=secrets.token_hex(16),
        secret_hash=_hash(secret),
        permissions=[str(permission) for permission in permissions],
        created_by=by.name,
    )
    record(
        organization=organization,
        by=by,
        verb="credential.create",
        target=("credential", str(credential.public_id)),
        detail={"name": name, "permissions": credential.permissions},
    )
    return credential, secret


@transaction.atomic
def rotate(*, credential: ApiCredential, by: Actor, until: datetime | None) -> str:
    """A new secret, in the answer and nowhere else. The one before it works until then; None: it
    ends at once, and with it all tokens, since it may be in the wrong hands. Raises Revoked."""
    credential = _locked(credential)
    secret = _fresh()
    overlap = until is not None and until > timezone.now()
    credential.previous_hash = credential.secret_hash if overlap else None
    credential.previous_until = until if overlap else None
    credential.previous_used_at = None
    credential.secret_hash = _hash(secret)
    credential.save()
    if not overlap:
        AccessToken.objects.filter(credential=credential).delete()
    _record(credential, by, "credential.rotate", until=until.isoformat() if until else "")
    return secret


@transaction.atomic
def end_previous(*, credential: ApiCredential, by: Actor) -> None:
    """The secret before the present one ends now; tokens live on for their day. Raises Revoked."""
    credential = _locked(credential)
    if credential.previous_hash is None:
        return
    credential.previous_hash = credential.previous_until = credential.previous_used_at = None
    credential.save()
    _record(credential, by, "credential.end_previous")


@transaction.atomic
def revoke(*, credential: ApiCredential, by: Actor) -> None:
    """Ends the credential, all its tokens, and what hangs on it, at once. Raises Revoked."""
    credential = _locked(credential)
    credential.revoked_at = timezone.now()
    credential.previous_hash = credential.previous_until = None
    credential.save()
    AccessToken.objects.filter(credential=credential).delete()
    _record(credential, by, "credential.revoke")
    for end in REVOKED:
        end(credential, by)


def _locked(credential: ApiCredential) -> ApiCredential:
    related = ApiCredential.objects.select_related("organization")
    found = related.select_for_update(of=("self",), no_key=True).get(pk=credential.pk)
    if found.revoked_at:
        raise Revoked
    return found


def _record(credential: ApiCredential, by: Actor, verb: str, **detail: str) -> None:
    record(
        organization=credential.organization,
        by=by,
        verb=verb,
        target=("credential", str(credential.public_id)),
        detail={"name": credential.name, **detail},
    )


def issue_token(*, client_id: str, client_secret: str) -> tuple[str, int] | None:
    """A bearer token and its seconds, or None where id and secret are not a live credential's."""
    credential = ApiCredential.objects.filter(client_id=client_id, revoked_at=None).first()
    present, previous = _secrets(credential, _hash(client_secret))
    if credential is None or not (present or previous):
        return None
    if previous:
        ApiCredential.objects.filter(pk=credential.pk).update(previous_used_at=timezone.now())
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        token_hash=_hash(token),
        credential=credential,
        expires_at=timezone.now() + timedelta(seconds=TOKEN_SECONDS),
    )
    return token, TOKEN_SECONDS


def _secrets(credential: ApiCredential | None, given: bytes) -> tuple[bool, bool]:
    """Whether it is the present secret, or the one before it while that works. As much is compared
    whether there is one or not."""
    present = bytes(credential.secret_hash) if credential else bytes(32)
    works = credential is not None and credential.previous_works
    previous = bytes(credential.previous_hash or b"") if credential and works else bytes(32)
    is_present = hmac.compare_digest(given, present)
    is_previous = hmac.compare_digest(given, previous)
    return is_present, is_previous and works


def is_live(client_id: str) -> bool:
    return ApiCredential.objects.filter(client_id=client_id, revoked_at=None).exists()


def credential_for(token: str) -> ApiCredential | None:
    """The live credential (with its organization) that a bearer token was issued to."""
    found = (
        AccessToken.objects.filter(
            token_hash=_hash(token),
            expires_at__gt=timezone.now(),
            credential__revoked_at=None,
        )
        .select_related("credential__organization")
        .first()
    )
    return found.credential if found else None


def touch(credential: ApiCredential) -> None:
    """Notes the use, at most once a minute."""
    now = timezone.now()
    if credential.last_used_at is None or now - credential.last_used_at > LAST_USED_GRAIN:
        ApiCredential.objects.filter(pk=credential.pk).update(last_used_at=now)


def forget_expired_tokens() -> int:
    """Called by the sweep."""
    return AccessToken.objects.filter(expires_at__lt=timezone.now()).delete()[0]
