"""An organization's own namespaces: looked up by whoever reads identities, and registered."""

from __future__ import annotations

import unicodedata

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.models import CustomNamespace
from jobs.rules import namespaces
from jobs.rules.namespaces import Custom, Namespace
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.bulk import reserve_ids
from privacyportal.organizations.models import Organization

MOST = 1000  # of one organization: every call that submits reads them
FIRST_NUMBER = 10_000_000  # above all standard ones


class Taken(Exception):
    """The name is a standard namespace's, or registered already."""


class TooMany(Exception):
    """The organization has MOST namespaces."""


def custom(organization: Organization) -> Custom:
    """By canonical name, in the order of their names."""
    found = CustomNamespace.objects.for_organization(organization).order_by("canonical")
    named = found.values_list("canonical", "name", "number")[:MOST]
    return {canonical: Namespace(name, number, custom=True) for canonical, name, number in named}


def unfit(name: str) -> str:
    """Why a name cannot be a namespace's; "" where it can. It may be a URL."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return _("A name holds no control characters.")
    if name.strip().isdigit():
        return _("A name is not a number: those are namespace ids.")
    return ""


def register(
    *, organization: Organization, by: Actor, name: str, description: str = ""
) -> CustomNamespace:
    """Registers a fit name. Raises Taken and TooMany."""
    name = name.strip()
    canonical = namespaces.canonical(name)
    if namespaces.standard(canonical):
        raise Taken
    own = CustomNamespace.objects.for_organization(organization)
    if own[:MOST].count() == MOST:
        raise TooMany
    try:
        with transaction.atomic():
            return _stored(organization, by, name, canonical, description)
    except IntegrityError:
        raise Taken from None


def _stored(
    organization: Organization, by: Actor, name: str, canonical: str, description: str
) -> CustomNamespace:
    (pk,) = reserve_ids(CustomNamespace, 1)
    made: CustomNamespace = CustomNamespace.objects.create(
        pk=pk,
        organization=organization,
        number=FIRST_NUMBER + pk,
        name=name,
        canonical=canonical,
        description=description,
        created_at=timezone.now(),
        created_by=by.name,
    )
    record(
        organization=organization,
        by=by,
        verb="namespace.register",
        target=("namespace", str(made.number)),
        detail={"name": name},
    )
    return made
