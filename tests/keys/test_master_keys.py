"""Master keys: the first wraps, all unwrap, and a wrong one stops the process."""

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from privacyportal.keys import crypto, services
from privacyportal.keys.models import MasterKeyCanary, OrganizationKey, Purpose
from privacyportal.organizations.models import Organization

SetKeys = Callable[..., None]


def entry(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


OLD, NEW = entry("old"), entry("new")


@pytest.fixture
def master_keys(settings: Any) -> Iterator[SetKeys]:
    """Sets MASTER_KEYS as a process that starts now would read them."""

    def set_keys(*entries: str) -> None:
        settings.MASTER_KEYS = list(entries)
        forget()

    def forget() -> None:
        crypto.master_keys.cache_clear()
        services._organization_key.cache_clear()

    yield set_keys
    forget()


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(ims_org_id="Master@PortalOrg", name="Master")


def test_the_first_start_leaves_a_canary(db: None, master_keys: SetKeys) -> None:
    master_keys(OLD)

    services.check_master_keys()
    services.check_master_keys()

    assert MasterKeyCanary.objects.get().master_key_id == "old"


def test_a_wrong_key_stops_the_process_with_a_sentence(db: None, master_keys: SetKeys) -> None:
    master_keys(OLD)
    services.check_master_keys()

    master_keys(entry("old"))

    with pytest.raises(ImproperlyConfigured, match="'old' is not the key that this database was"):
        services.check_master_keys()


def test_a_missing_key_is_named(db: None, master_keys: SetKeys) -> None:
    master_keys(OLD)
    services.check_master_keys()

    master_keys(NEW)

    with pytest.raises(ImproperlyConfigured, match="MASTER_KEYS lacks 'old'"):
        services.check_master_keys()


def test_after_a_rotation_the_new_wraps_and_the_old_still_opens(
    organization: Organization, master_keys: SetKeys
) -> None:
    master_keys(OLD)
    services.check_master_keys()
    before = services.create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)
    sealed = before.seal("ann", "place")
    print_before = services.fingerprinter(organization.pk)("email", "ann")

    master_keys(NEW, OLD)
    services.check_master_keys()
    other = Organization.objects.create(ims_org_id="Later@PortalOrg", name="Later")
    services.create_data_key(organization_id=other.pk, purpose=Purpose.REQUEST)

    assert services.sealer(before.id).open(sealed, "place") == b"ann"
    assert services.fingerprinter(organization.pk)("email", "ann") == print_before
    assert OrganizationKey.objects.get(organization=other).master_key_id == "new"
    assert set(MasterKeyCanary.objects.values_list("master_key_id", flat=True)) == {"old", "new"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("no colon", "no colon"),
        ("short:" + base64.b64encode(b"x" * 31).decode(), "short"),
        ("odd:not base64!", "odd"),
        (":" + base64.b64encode(b"x" * 32).decode(), "no id"),
    ],
)
def test_an_entry_that_is_no_key_is_named_without_showing_it(
    master_keys: SetKeys, text: str, named: str
) -> None:
    master_keys(OLD, text)

    with pytest.raises(ImproperlyConfigured) as refusal:
        crypto.master_keys()

    assert named in str(refusal.value)
    assert text == "no colon" or text.rpartition(":")[2] not in str(refusal.value)


def test_workers_check_the_keys_before_they_claim_anything(db: None, master_keys: SetKeys) -> None:
    from privacyportal.celery import _check_keys

    master_keys(OLD)
    services.check_master_keys()
    master_keys(NEW)

    with pytest.raises(ImproperlyConfigured, match="lacks 'old'"):
        _check_keys()
