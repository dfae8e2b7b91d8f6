"""Identity namespaces: the standard ones of the contract (§9), and how one is recognized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Namespace:
    """A registered namespace: `canonical` is what everything compares, in lower case."""

    name: str
    id: int
    custom: bool = False

    @property
    def canonical(self) -> str:
        return self.name.lower()


STANDARD = tuple(
    Namespace(name, number)
    for name, number in (
        ("Email", 6),
        ("Phone", 7),
        ("AdCloud", 411),
        ("CORE", 0),
        ("ECID", 4),
        ("TNTID", 9),
        ("IDFA", 20915),
        ("GAID", 20914),
        ("WAID", 8),
        ("AAID", 10),
    )
)
QUALIFIERS = (
    "standard",
    "custom",
    "integrationCode",
    "namespaceId",
    "unregistered",
    "analytics",
    "target",
)
_QUALIFIER = {qualifier.lower(): qualifier for qualifier in QUALIFIERS}
_STANDARD = {namespace.canonical: namespace for namespace in STANDARD}
_STANDARD_BY_ID = {namespace.id: namespace for namespace in STANDARD}

# An organization's own namespaces, by canonical name.
Custom = Mapping[str, Namespace]


@dataclass(frozen=True, slots=True)
class Found:
    """How an identity is kept whose caller gave only a namespace's name."""

    qualifier: str
    id: int | None


def resolve(given: str, custom: Custom) -> Found:
    """Standard, custom, or of a namespace that nobody registered."""
    named = known(given, custom)
    return Found(kind(named, "unregistered"), named.id if named else None)


def known(given: str, custom: Custom) -> Namespace | None:
    return standard(given) or custom.get(canonical(given))


def kind(found: Namespace | None, otherwise: str) -> str:
    """The qualifier of a namespace that was found."""
    if found is None:
        return otherwise
    return "custom" if found.custom else "standard"


def qualifier(given: str) -> str | None:
    """The contract's spelling of a qualifier, letter case ignored."""
    return _QUALIFIER.get(given.strip().lower())


def standard(given: str) -> Namespace | None:
    return _STANDARD.get(canonical(given))


def canonical(given: str) -> str:
    return given.strip().lower()


def by_id(number: int, custom: Custom) -> Namespace | None:
    """The standard or custom namespace with this id."""
    own = {namespace.id: namespace for namespace in custom.values()}
    return _STANDARD_BY_ID.get(number) or own.get(number)
