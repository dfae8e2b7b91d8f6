"""Sealed values and fingerprints."""

import pytest
from django.db import IntegrityError, transaction

from privacyportal.keys.crypto import Unreadable
from privacyportal.keys.models import DataKey, OrganizationKey, Purpose
from privacyportal.keys.services import (
    Destroyed,
    Sealer,
    create_data_key,
    destroy,
    fingerprinter,
    key_id,
    sealer,
    sealers,
)
from privacyportal.organizations.models import Organization

PLACE = "identity:7:value"


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(ims_org_id="Keys@PortalOrg", name="Keys")


@pytest.fixture
def stranger(db: None) -> Organization:
    return Organization.objects.create(ims_org_id="Other@PortalOrg", name="Other")


@pytest.fixture
def key(organization: Organization) -> Sealer:
    return create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)


@pytest.mark.parametrize("value", [b"", b"ann@example.com", "åäö 🎈".encode(), bytes(100_000)])
def test_what_was_sealed_opens_at_its_place(key: Sealer, value: bytes) -> None:
    sealed = key.seal(value, PLACE)

    assert sealer(key.id).open(memoryview(sealed), PLACE) == value
    assert len(value) < 5 or value not in sealed


def test_a_sealed_value_names_its_key(key: Sealer) -> None:
    assert key_id(key.seal("ann", PLACE)) == key.id


def test_equal_values_are_sealed_differently(key: Sealer) -> None:
    assert key.seal("ann", PLACE) != key.seal("ann", PLACE)


@pytest.mark.parametrize("place", ["identity:8:value", "requestsubject:7:key", "", PLACE + " "])
def test_it_opens_nowhere_else(key: Sealer, place: str) -> None:
    sealed = key.seal("ann@example.com", PLACE)

    with pytest.raises(Unreadable):
        key.open(sealed, place)


@pytest.mark.parametrize("position", [0, 5, 9, 15, -1])
def test_an_altered_byte_is_noticed(key: Sealer, position: int) -> None:
    sealed = bytearray(key.seal("ann@example.com", PLACE))
    sealed[position] ^= 1

    with pytest.raises(Unreadable):
        key.open(bytes(sealed), PLACE)


def test_another_key_does_not_open_it(organization: Organization, key: Sealer) -> None:
    other = create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)
    sealed = key.seal("ann", PLACE)
    renamed = sealed[:1] + other.id.to_bytes(8, "big") + sealed[9:]

    for attempt in (sealed, renamed):
        with pytest.raises(Unreadable):
            other.open(attempt, PLACE)


def test_a_wrapped_key_moved_to_another_organization_is_of_no_use(
    key: Sealer, stranger: Organization
) -> None:
    theirs = create_data_key(organization_id=stranger.pk, purpose=Purpose.REQUEST)
    ours = DataKey.objects.get(pk=key.id)

    DataKey.objects.filter(pk=theirs.id).update(wrapped=ours.wrapped)

    with pytest.raises(Unreadable):
        sealer(theirs.id)


def test_no_key_is_stored_in_clear(key: Sealer) -> None:
    stored = DataKey.objects.get(pk=key.id)
    assert stored.wrapped is not None

    assert key._raw not in bytes(stored.wrapped)
    assert len(bytes(stored.wrapped)) > 32


def test_a_destroyed_key_opens_nothing_any_more(key: Sealer) -> None:
    destroy(key.id)

    stored = DataKey.objects.get(pk=key.id)
    assert stored.wrapped is None
    assert stored.destroyed_at is not None
    assert sealers([key.id]) == {}
    with pytest.raises(Destroyed):
        sealer(key.id)


def test_destroying_twice_keeps_the_first_time(key: Sealer) -> None:
    destroy(key.id)
    first = DataKey.objects.get(pk=key.id).destroyed_at

    destroy(key.id)

    assert DataKey.objects.get(pk=key.id).destroyed_at == first


def test_the_database_refuses_a_destroyed_key_that_is_still_there(key: Sealer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DataKey.objects.filter(pk=key.id).update(wrapped=None)


def test_many_keys_are_read_in_one_query(
    organization: Organization, django_assert_num_queries
) -> None:
    ids = [
        create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST).id
        for _ in range(5)
    ]

    with django_assert_num_queries(1):
        assert set(sealers(ids)) == set(ids)


def test_fingerprints_are_equal_for_equal_values_only(organization: Organization) -> None:
    prints = fingerprinter(organization.pk)

    assert prints("email", "ann@example.com") == fingerprinter(organization.pk)(
        "email", "ann@example.com"
    )
    different = {prints("email", "ann"), prints("email", "anna"), prints("phone", "ann")}
    assert len(different) == 3
    assert all(len(fingerprint) == 32 for fingerprint in different)


def test_fingerprints_differ_between_organizations(
    organization: Organization, stranger: Organization
) -> None:
    ours, theirs = fingerprinter(organization.pk), fingerprinter(stranger.pk)

    assert ours("email", "ann@example.com") != theirs("email", "ann@example.com")


def test_an_organization_gets_its_first_key_once(organization: Organization) -> None:
    for _ in range(3):
        create_data_key(organization_id=organization.pk, purpose=Purpose.REQUEST)
        fingerprinter(organization.pk)

    assert OrganizationKey.objects.get().version == 1
