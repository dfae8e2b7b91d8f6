"""A master key that is replaced: what it sealed opens with the new one alone."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import CommandError, call_command

from jobs.events import signing
from jobs.services import master_keys as retiring
from privacyportal.keys import services
from privacyportal.keys.models import OrganizationKey, Purpose
from privacyportal.organizations.adapters import MFAAdapter
from privacyportal.organizations.models import Organization, User
from tests.keys.test_master_keys import NEW, OLD, SetKeys, master_keys, organization

__all__ = ["master_keys", "organization"]
SECRET = "JBSWY3DPEHPK3PXP"


def retire(name: str) -> str:
    told = StringIO()
    call_command("retire_master_key", name, stdout=told)
    return told.getvalue()


def test_what_it_sealed_opens_without_it(
    organization: Organization, master_keys: SetKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retiring, "BATCH", 1)
    master_keys(OLD)
    services.check_master_keys()
    person = User.objects.create_user("ann@example.org")
    TOTP.activate(person, SECRET)
    codes = RecoveryCodes.activate(person).generate_codes()
    key = services.create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)
    sealed, signed = key.seal("ann", "place"), signing.signer().headers(b"body")

    master_keys(NEW, OLD)
    services.check_master_keys()
    told = retire("old")
    again = retire("old")
    master_keys(NEW)
    signing._private.cache_clear()
    services.check_master_keys()

    assert [line.split()[0] for line in told.splitlines()[:3]] == ["1", "2", "2"]
    assert [line.split()[0] for line in again.splitlines()[:3]] == ["0", "0", "0"]
    assert services.sealer(key.id).open(sealed, "place") == b"ann"
    assert signing.signer().headers(b"body") == signed
    factor = Authenticator.objects.get(type="totp")
    assert MFAAdapter().decrypt(factor.data["secret"]) == SECRET
    assert RecoveryCodes.activate(person).generate_codes() == codes


def test_a_key_that_no_organization_has_any_more_is_let_go(
    organization: Organization, master_keys: SetKeys
) -> None:
    master_keys(OLD)
    services.current_organization_key(organization.pk)
    OrganizationKey.objects.update(wrapped=b"")
    master_keys(NEW, OLD)

    retire("old")

    assert OrganizationKey.objects.get().master_key_id == "new"


@pytest.mark.parametrize(
    ("name", "told"),
    [("new", "is the first entry"), ("older", "has no entry 'older'; it has new, old")],
)
def test_what_cannot_be_retired_is_refused_with_what_to_do(
    db: None, master_keys: SetKeys, name: str, told: str
) -> None:
    master_keys(NEW, OLD)

    with pytest.raises(CommandError, match=told):
        retire(name)
