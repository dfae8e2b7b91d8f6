"""Programs' credentials: the secret is shown once, kept as a hash, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import AccessToken, ApiCredential, Organization
from privacyportal.organizations.permissions import Permission
from privacyportal.organizations.services import credentials
from tests.api.conftest import Program, organization, program

__all__ = ["organization", "program"]


def token_of(program: Program) -> str:
    return program.headers["Authorization"].removeprefix("Bearer ")


def test_the_secret_is_in_the_answer_and_nowhere_else(organization: Organization) -> None:
    made, secret = credentials.create(
        organization=organization, by=SYSTEM, name="warehouse", permissions=["privacy_read"]
    )

    kept = [*ApiCredential.objects.values(), *AuditEvent.objects.values()]
    kept += AuditDetail.objects.values()
    assert len(secret) >= 43
    assert secret not in str(kept)
    assert secret.encode().hex() not in str(kept)
    assert len(bytes(made.secret_hash)) == 32
    assert made.permissions == ["privacy_read"]


def test_no_two_credentials_are_alike(organization: Organization) -> None:
    made = [
        credentials.create(organization=organization, by=SYSTEM, name="same", permissions=[])
        for _ in range(2)
    ]

    assert made[0][1] != made[1][1]
    assert made[0][0].client_id != made[1][0].client_id


def test_a_token_is_kept_as_a_hash_and_lives_a_day(program: Program) -> None:
    token = token_of(program)

    assert token not in str(list(AccessToken.objects.values()))
    assert credentials.credential_for(token) == program.credential
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert credentials.credential_for(token) is None
        assert credentials.forget_expired_tokens() == 1


@pytest.mark.parametrize("wrong", ["", "p8e-wrong", "nul\0"])
def test_a_wrong_secret_and_an_unknown_client_get_no_token(program: Program, wrong: str) -> None:
    known = program.credential.client_id

    assert credentials.issue_token(client_id=known, client_secret=wrong) is None
    assert credentials.issue_token(client_id="unknown", client_secret=program.secret) is None


def test_revoking_ends_the_credential_and_its_tokens_at_once(program: Program) -> None:
    assert program.get(regulation="gdpr").status_code == 200

    credentials.revoke(credential=program.credential, by=SYSTEM)

    assert program.get(regulation="gdpr").status_code == 403
    assert not AccessToken.objects.exists()
    assert credentials.credential_for(token_of(program)) is None
    again = credentials.issue_token(
        client_id=program.credential.client_id, client_secret=program.secret
    )
    assert again is None


def test_revoking_one_leaves_the_others(program: Program, organization: Organization) -> None:
    other, _secret = credentials.create(
        organization=organization, by=SYSTEM, name="other", permissions=[]
    )

    credentials.revoke(credential=other, by=SYSTEM)

    assert program.get(regulation="gdpr").status_code == 200


def test_making_and_revoking_are_on_record(program: Program) -> None:
    credentials.revoke(credential=program.credential, by=SYSTEM)

    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "target_id"))
    target = str(program.credential.public_id)
    assert verbs == [("credential.create", target), ("credential.revoke", target)]


def test_the_last_use_is_noted_once_a_minute(program: Program) -> None:
    noted = []
    start = timezone.now()
    for seconds in (0, 30, 90):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            program.get(regulation="gdpr")
            program.credential.refresh_from_db()
            noted.append(program.credential.last_used_at)

    assert noted == [start, start, start + timedelta(seconds=90)]


def test_a_credential_has_the_contracts_permissions_at_most() -> None:
    """The form that makes one offers no other, and the model refuses them."""
    credential = ApiCredential(name="x", client_id="y", permissions=[Permission.REVEAL])

    with pytest.raises(ValidationError, match="permissions"):
        credential.clean_fields(exclude=["organization", "secret_hash"])
