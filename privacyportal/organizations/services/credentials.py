"""Programs: their credentials and tokens. Secrets have 256 random bits, so a plain hash will do."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import AccessToken, ApiCredential, Organization
from privacyportal.organizations.permissions import Permission

TOKEN_SECONDS = 86_399  # contract §1
LAST_USED_GRAIN = timedelta(minutes=1)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


@transaction.atomic
def create(
    *, organization: Organization, by: Actor, name: str, permissions: Iterable[Permission | str]
) -> tuple[ApiCredential, str]:
    """Makes a credential; the secret is in the answer and nowhere else."""
    secret = f"p8e-{secrets.token_urlsafe(32)}"
    credential = ApiCredential.objects.create(
        organization=organization,
        name=name,
        client_id=secrets.token_hex(16),
        secret_hash=_hash(secret),
        permissions=[str(permission) for permission in permissions],
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
def revoke(*, credential: ApiCredential, by: Actor) -> None:
    """Ends the credential and all its tokens at once."""
    credential.revoked_at = timezone.now()
    credential.save(update_fields=["revoked_at"])
    AccessToken.objects.filter(credential=credential).delete()
    record(
        organization=credential.organization,
        by=by,
        verb="credential.revoke",
        target=("credential", str(credential.public_id)),
        detail={"name": credential.name},
    )


def issue_token(*, client_id: str, client_secret: str) -> tuple[str, int] | None:
    """A bearer token and its seconds, or None where id and secret are not a live credential's."""
    credential = ApiCredential.objects.filter(client_id=client_id, revoked_at=None).first()
    known = bytes(credential.secret_hash) if credential else bytes(32)
    if not hmac.compare_digest(_hash(client_secret), known) or credential is None:
        return None
    token = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        token_hash=_hash(token),
        credential=credential,
        expires_at=timezone.now() + timedelta(seconds=TOKEN_SECONDS),
    )
    return token, TOKEN_SECONDS


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
