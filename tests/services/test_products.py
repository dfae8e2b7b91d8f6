"""Products and the versions of their settings."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from jobs.engine import load
from jobs.models import Product, ProductSettings
from jobs.models.places import secrets_place
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import sealer
from privacyportal.organizations.models import Organization
from tests.services.ledger import DOCUMENT, Ledger


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    woken: list[int] = []
    monkeypatch.setattr(products, "wake", lambda ids: woken.extend(ids))
    return woken


def add(organization: Organization, code: str = "ledger", **changes: Any) -> Product:
    given = {"display_name": "Ledger", "processor": "ledger", "document": DOCUMENT, **changes}
    return products.add(organization=organization, by=SYSTEM, code=code, **given)


def paths_of(error: products.SettingsInvalid) -> list[str]:
    return [problem.path for problem in error.problems]


def test_a_product_starts_with_version_one_of_its_settings(organization: Organization) -> None:
    product = Product.objects.get(pk=add(organization).pk)

    version = product.current_settings
    assert (version.number, version.mapping) == (1, {"tables": DOCUMENT["tables"]})
    assert (product.display_name, product.processor) == ("Ledger", "ledger")
    assert product.max_parallel == 3


def test_the_secret_part_is_sealed_and_opens_at_its_own_place_only(
    organization: Organization,
) -> None:
    version = add(organization).current_settings

    opened = sealer(version.data_key_id).open(
        version.secrets_sealed, secrets_place(version.product_id, 1)
    )
    assert msgspec.json.decode(opened) == {"url": DOCUMENT["url"]}
    assert b"hunter2" not in bytes(version.secrets_sealed)
    assert "hunter2" not in json.dumps(version.mapping)


def test_the_engine_gets_the_whole_document(organization: Organization) -> None:
    product = add(organization)

    processor, number = load.processor_for(product.pk, "ledger", product.current_settings_id)

    assert isinstance(processor, Ledger)
    assert (dict(processor.settings), number) == (DOCUMENT, 1)


def test_all_problems_are_told_together_and_nothing_is_stored(organization: Organization) -> None:
    before = Product.objects.count()

    with pytest.raises(products.SettingsInvalid) as caught:
        add(organization, "CRM", document={"tables": []})

    assert paths_of(caught.value) == ["code", "url", "tables"]
    assert "crm" in caught.value.problems[0].message
    assert Product.objects.count() == before
    assert not ProductSettings.objects.exists()
    assert not AuditEvent.objects.filter(verb="product.add").exists()


@pytest.mark.parametrize("code", ["", "two words", "a/b", "../up", "é", "x" * 101, "crm\n"])
def test_a_code_is_a_plain_name(organization: Organization, code: str) -> None:
    with pytest.raises(products.SettingsInvalid) as caught:
        add(organization, code)

    assert paths_of(caught.value) == ["code"]


def test_another_organization_may_use_the_same_code(
    organization: Organization, stranger: Organization
) -> None:
    add(organization, "books")

    assert add(stranger, "Books").organization == stranger


def test_an_unknown_processor_is_told_with_those_there_are(organization: Organization) -> None:
    with pytest.raises(products.SettingsInvalid) as caught:
        add(organization, processor="telepathy")

    assert paths_of(caught.value) == ["processor"]
    assert "ledger" in caught.value.problems[0].message


def test_changed_settings_are_a_new_version_beside_the_old(organization: Organization) -> None:
    product = add(organization)

    version = products.change_settings(
        product=product, by=SYSTEM, document={"url": "new", "tables": ["people"]}
    )

    product.refresh_from_db()
    assert (version.number, product.current_settings) == (2, version)
    assert product.max_parallel == 1
    assert [v.mapping["tables"] for v in product.versions.order_by("number")] == [
        DOCUMENT["tables"],
        ["people"],
    ]


def test_a_secret_that_is_left_out_stays(organization: Organization) -> None:
    product = add(organization)

    version = products.change_settings(product=product, by=SYSTEM, document={"tables": ["people"]})

    processor, number = load.processor_for(product.pk, "ledger", version.pk)
    assert (processor.settings["url"], number) == (DOCUMENT["url"], 2)


def test_wrong_settings_leave_the_version_that_was(organization: Organization) -> None:
    product = add(organization)

    for document in ({"tables": []}, [], "nonsense"):
        with pytest.raises(products.SettingsInvalid):
            products.change_settings(product=product, by=SYSTEM, document=document)

    assert list(product.versions.values_list("number", flat=True)) == [1]


def test_the_database_refuses_to_change_a_version(organization: Organization) -> None:
    version = add(organization).current_settings

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        ProductSettings.objects.filter(pk=version.pk).update(mapping={})


def test_an_unavailable_product_is_probed_at_once_with_new_settings(
    organization: Organization, wakes: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    product = add(organization)
    Product.objects.update(unavailable_until=timezone.now() + timedelta(hours=1), failures=9)

    with django_capture_on_commit_callbacks(execute=True):
        products.change_settings(product=product, by=SYSTEM, document=DOCUMENT)

    product.refresh_from_db()
    assert product.unavailable_until <= timezone.now()
    assert wakes == [product.pk]


def test_pausing_and_resuming_is_recorded_once_each(
    organization: Organization, wakes: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    product = add(organization)

    for _ in range(2):
        products.pause(product=product, by=SYSTEM)
    paused_at = Product.objects.get(pk=product.pk).paused_at
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            products.resume(product=product, by=SYSTEM)

    assert paused_at is not None
    assert Product.objects.get(pk=product.pk).paused_at is None
    assert wakes == [product.pk]
    acts = AuditEvent.objects.filter(target_id=str(product.public_id)).order_by("id")
    assert [act.verb for act in acts] == ["product.add", "product.pause", "product.resume"]


def test_the_record_names_code_and_version_and_no_secret(organization: Organization) -> None:
    product = add(organization)
    products.change_settings(product=product, by=SYSTEM, document=DOCUMENT)

    details = [detail.detail for detail in AuditDetail.objects.order_by("event_id")]

    assert [(d["code"], d["settings"]) for d in details] == [("ledger", 1), ("ledger", 2)]
    assert "hunter2" not in json.dumps(details)


def test_a_product_is_found_in_its_own_organization_only(
    organization: Organization, stranger: Organization
) -> None:
    product = add(organization, "Books")

    assert products.find(organization, "bOOKS") == product
    assert products.find(stranger, "Books") is None
