"""Products and the versions of their settings: checked as a whole, secrets sealed apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.engine.wake import wake
from jobs.models import Product, ProductSettings
from jobs.models.places import secrets_place
from jobs.processors.base import Finding, Problem, Processor
from jobs.processors.registry import PROCESSORS, processor_class
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.models import Purpose
from privacyportal.keys.services import create_data_key, sealer
from privacyportal.organizations.models import Organization

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # it names folders of packages too


class SettingsInvalid(Exception):
    """Everything that is wrong with a product, each with its path."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def find(organization: Organization, code: str) -> Product | None:
    """The product with this code, letter case ignored."""
    products = Product.objects.for_organization(organization)
    return products.filter(code__iexact=code).select_related("current_settings").first()


def namespaces(organization: Organization) -> list[str]:
    """The namespaces that the present settings of products name, wherever they stand in them."""
    mappings = ProductSettings.objects.for_organization(organization).filter(
        pk__in=Product.objects.for_organization(organization).values("current_settings")
    )
    return sorted({name for m in mappings.values_list("mapping", flat=True) for name in _named(m)})


def _named(node: Any) -> Iterator[str]:
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key == "namespace" and isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            yield from _named(value)


@transaction.atomic
def add(
    *,
    organization: Organization,
    by: Actor,
    code: str,
    display_name: str,
    processor: str,
    document: Any,
) -> Product:
    """Sets a product up with the first version of its settings. Raises SettingsInvalid."""
    # Of two that add one code at the same time, the second waits here and then sees the first.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    problems = [*_code_problems(organization, code), *check(processor, document)]
    if problems:
        raise SettingsInvalid(problems)
    product = Product.objects.create(
        organization=organization, code=code, display_name=display_name, processor=processor
    )
    _add_version(product, by, document)
    _record(product, by, "product.add", {"processor": processor})
    return product


@transaction.atomic
def change_settings(*, product: Product, by: Actor, document: Any) -> ProductSettings:
    """Adds a version, which the next claim uses. A secret that is left out stays what it was.

    Raises SettingsInvalid.
    """
    product = Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    document = with_secrets(product, document)
    if problems := check(product.processor, document):
        raise SettingsInvalid(problems)
    version = _add_version(product, by, document)
    _record(product, by, "product.change_settings", {})
    return version


@transaction.atomic
def pause(*, product: Product, by: Actor) -> None:
    """No more work is claimed for it; what is being worked on ends."""
    if Product.objects.filter(pk=product.pk, paused_at=None).update(paused_at=timezone.now()):
        _record(product, by, "product.pause", {})


@transaction.atomic
def resume(*, product: Product, by: Actor) -> None:
    if Product.objects.filter(pk=product.pk, paused_at__isnull=False).update(paused_at=None):
        _record(product, by, "product.resume", {})
        _wake(product)


@transaction.atomic
def set_limits(
    *, product: Product, by: Actor, parallel: int | None, per_minute: int | None
) -> None:
    """Batches at once and people a minute, at most; None for no limit of one's own."""
    limits = {"parallel_limit": parallel, "per_minute": per_minute}
    if Product.objects.filter(pk=product.pk).exclude(**limits).update(**limits, allowed_at=None):
        _record(product, by, "product.limit", limits)
        _wake(product)


@transaction.atomic
def rename(*, product: Product, by: Actor, display_name: str) -> None:
    """What people read; the code, which requests name, stays."""
    changed = Product.objects.filter(pk=product.pk).exclude(display_name=display_name)
    if changed.update(display_name=display_name):
        _record(product, by, "product.rename", {"name": display_name})


def check(processor: str, document: Any) -> list[Problem]:
    """What is wrong with a settings document; [] when it can be used."""
    if processor not in PROCESSORS:
        known = ", ".join(sorted(PROCESSORS))
        return [Problem("processor", _("There is no such processor; choose %s.") % known)]
    return processor_class(processor).validate(document)


def test(processor: str, document: Mapping[str, Any]) -> list[Finding]:
    """What an administrator should know of a valid document before work is sent to the product."""
    with _opened(processor, document) as found:
        return found.test_connection()


def with_secrets(product: Product, document: Any) -> Any:
    """The document, completed by the product's present secrets where it says nothing of them."""
    version = product.current_settings
    if version is None or not isinstance(document, dict):
        return document
    place = secrets_place(product.pk, version.number)
    secrets = sealer(version.data_key_id).open(version.secrets_sealed, place)
    return {**msgspec.json.decode(secrets), **document}


@contextmanager
def opened(product: Product) -> Iterator[Processor]:
    """The product's processor with its present settings, for a moment."""
    with _opened(product.processor, with_secrets(product, _mapping(product))) as found:
        yield found


def _mapping(product: Product) -> Mapping[str, Any]:
    return product.current_settings.mapping if product.current_settings else {}


@contextmanager
def _opened(processor: str, document: Mapping[str, Any]) -> Iterator[Processor]:
    with closing(processor_class(processor)(document)) as found:
        yield found


def _code_problems(organization: Organization, code: str) -> list[Problem]:
    if not CODE.fullmatch(code):
        return [
            Problem("code", _("Use letters, digits, dots, dashes and underscores, 100 at most."))
        ]
    if taken := find(organization, code):
        return [Problem("code", _("The product %s has this code already.") % taken.code)]
    return []


def _add_version(product: Product, by: Actor, document: Mapping[str, Any]) -> ProductSettings:
    number = (product.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    secret_fields = processor_class(product.processor).secret_fields
    secrets = {name: value for name, value in document.items() if name in secret_fields}
    key = create_data_key(organization_id=product.organization_id, purpose=Purpose.PRODUCT)
    version = ProductSettings.objects.create(
        organization_id=product.organization_id,
        product=product,
        number=number,
        mapping={name: value for name, value in document.items() if name not in secret_fields},
        secrets_sealed=key.seal(msgspec.json.encode(secrets), secrets_place(product.pk, number)),
        data_key_id=key.id,
        created_by=by.name,
    )
    product.current_settings = version
    if product.unavailable_until:
        product.unavailable_until = timezone.now()  # one probe at once, not a whole batch
    with _opened(product.processor, document) as found:
        product.max_parallel = found.max_parallel
        product.actions = sorted(found.actions)
    product.save(update_fields=["current_settings", "unavailable_until", "max_parallel", "actions"])
    _wake(product)
    return version


def _wake(product: Product) -> None:
    transaction.on_commit(lambda: wake([product.pk]), robust=True)


def _record(product: Product, by: Actor, verb: str, detail: Mapping[str, Any]) -> None:
    version = product.current_settings
    record(
        organization=product.organization,
        by=by,
        verb=verb,
        target=("product", str(product.public_id)),
        detail={"code": product.code, "settings": version.number if version else None, **detail},
    )
