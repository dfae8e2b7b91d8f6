"""Settings that are not in use yet, tried: what tables there are, and what would be done with one
person. All of it reads only, for an administrator who waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from jobs.models import Product
from jobs.processors.base import (
    Assignment,
    BadData,
    FoundTable,
    Identity,
    Preview,
    ProductUnavailable,
    TryAgain,
)
from jobs.processors.registry import processor_class
from jobs.rules import namespaces, outcomes
from jobs.rules.states import Action
from jobs.services import namespaces as own_namespaces
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.organizations.models import Organization

SECONDS = 15.0


class NotSeen(Exception):
    """Why there is nothing to show, as a sentence."""


def look(
    organization: Organization, processor: str, document: Mapping[str, Any]
) -> Sequence[FoundTable]:
    """The tables that can be mapped, with what they probably hold. Raises NotSeen."""
    own = [namespace.name for namespace in own_namespaces.custom(organization).values()]
    try:
        found = processor_class(processor).look(document, own)
    except ProductUnavailable as error:
        raise NotSeen(outcomes.detail(error.detail, error.params)) from None
    if not found:
        raise NotSeen(_("There are no tables that this user may see."))
    return found


def preview(
    *,
    organization: Organization,
    by: Actor,
    product: Product | None,
    processor: str,
    document: Mapping[str, Any],
    namespace: str,
    value: str,
) -> Sequence[Preview]:
    """What valid settings, of a product or of one to be, would give and delete of one person. That
    somebody looked is recorded, at whom is not. Raises NotSeen."""
    name = namespaces.canonical(namespace)
    record(
        organization=organization,
        by=by,
        verb="product.preview",
        target=("product", str(product.public_id))
        if product
        else ("organization", str(organization.public_id)),
        detail={"namespace": name},
    )
    person = Assignment(uuid4(), Action.ACCESS, (Identity(0, name, value.strip()),))
    try:
        with closing(processor_class(processor)(document)) as opened:
            return opened.preview(person, SECONDS)
    except (ProductUnavailable, BadData) as error:
        raise NotSeen(outcomes.detail(error.detail, error.params)) from None
    except TryAgain:
        raise NotSeen(outcomes.detail("engine.busy", {})) from None
