"""Which namespace an identity means by `namespace`, `type` and `namespaceId` (contract §9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from jobs.api import fields
from jobs.rules import namespaces
from jobs.rules.namespaces import Custom, Namespace

MAX_LENGTH = 255
KNOWN = fields.listed([namespace.name for namespace in namespaces.STANDARD])
LARGEST_ID = 2**63 - 1

Wrong = tuple[str, str, str, Mapping[str, Any]]  # field, code, text, params


@dataclass(frozen=True, slots=True)
class Resolved:
    """A namespace as read."""

    given: str = ""
    canonical: str = ""
    qualifier: str = "standard"
    id: int | None = None
    problems: tuple[Wrong, ...] = ()


class NamespaceReader:
    """Resolves each combination once: a request has thousands of identities in few namespaces."""

    def __init__(self, custom: Custom) -> None:
        self.custom = custom
        self._seen: dict[tuple[Any, ...], Resolved] = {}

    def read(self, raw: dict[str, Any]) -> Resolved:
        key = (raw.get("namespace"), raw.get("type"), raw.get("namespaceId"))
        try:
            return self._seen[key]
        except KeyError:
            resolved = self._seen[key] = self.resolve(*key)
            return resolved
        except TypeError:  # a list or an object, where none belongs
            return self.resolve(*key)

    def resolve(self, given: Any, kind: Any, number: Any) -> Resolved:
        problems: list[Wrong] = [*_wrong_text("namespace", given), *_wrong_text("type", kind)]
        identifier = _number(number)
        if number is not None and identifier is None:
            problems.append(("namespaceId", "wrong_type", _("This must be an integer."), {}))
        if given is None and number is None:
            problems.append(("namespace", "required", _("This field is required."), {}))
        if problems:
            return Resolved(problems=tuple(problems))
        qualifier = namespaces.qualifier(kind) if kind else ""
        if qualifier is None:
            allowed = fields.listed(namespaces.QUALIFIERS)
            told = _("%(given)s is not a type; use %(known)s.")
            params = {"given": fields.shown(kind), "known": allowed}
            return Resolved(problems=(("type", "unknown_type", told, params),))
        if given is None or qualifier == "namespaceId":
            return self.by_number(given, qualifier, identifier)
        return self.by_name(str(given), qualifier, identifier)

    def by_number(self, given: Any, qualifier: str, identifier: int | None) -> Resolved:
        """`namespace` holds the number, or only `namespaceId` is there."""
        if given is not None and (named := self.known(given)):
            number: int | None = named.id
        else:
            number = identifier if given is None else _number(given)
        if number is None:
            told = _('With the type "namespaceId" this must be a namespace\'s number.')
            return Resolved(problems=(("namespace", "wrong_type", told, {}),))
        found = namespaces.by_id(number, self.custom)
        if qualifier == "standard" and (found is None or found.custom):
            told = _("%(given)s is not the id of a standard namespace; use %(known)s.")
            params = {"given": number, "known": KNOWN}
            return Resolved(problems=(("namespaceId", "unknown_namespace", told, params),))
        canonical = found.canonical if found else str(number)
        spelled = str(given) if given is not None else (found.name if found else str(number))
        return Resolved(
            spelled, canonical, qualifier or namespaces.kind(found, "namespaceId"), number
        )

    def by_name(self, given: str, qualifier: str, identifier: int | None) -> Resolved:
        standard, known = namespaces.standard(given), self.known(given)
        if qualifier == "standard" and not standard:
            told = _("%(given)s is not a standard namespace; use %(known)s.")
            params = {"given": fields.shown(given), "known": KNOWN}
            return Resolved(problems=(("namespace", "unknown_namespace", told, params),))
        qualifier = qualifier or namespaces.kind(known, "unregistered")
        named = known if qualifier in ("standard", "custom") else None
        if named and identifier not in (None, named.id):
            told = _("%(given)s has the namespaceId %(number)s.")
            mismatch = {"given": fields.shown(given), "number": named.id}
            return Resolved(problems=(("namespaceId", "namespace_mismatch", told, mismatch),))
        number = named.id if named else identifier
        return Resolved(given, namespaces.canonical(given), qualifier, number)

    def known(self, given: str) -> Namespace | None:
        return namespaces.known(given, self.custom)


def _wrong_text(name: str, raw: Any) -> list[Wrong]:
    if raw is None:
        return []
    if not isinstance(raw, str):
        return [(name, "wrong_type", _("This must be a string."), {})]
    if not raw.strip():
        return [(name, "empty", _("This must not be empty."), {})]
    if len(raw) > MAX_LENGTH:
        told = _("This may have %(most)s characters at most.")
        return [(name, "too_long", told, {"most": MAX_LENGTH})]
    return []


def _number(raw: Any) -> int | None:
    digits = raw.strip() if isinstance(raw, str) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        return None
    return number if (number := int(digits)) <= LARGEST_ID else None
