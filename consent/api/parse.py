"""Bodies of the consent endpoints (contract §7): a checked draft, or every problem."""

from __future__ import annotations

from typing import Any

from consent.services.calls import ConsentDraft
from jobs.api import fields
from jobs.api.parse_namespaces import NamespaceReader, Resolved
from jobs.rules.namespaces import Custom
from jobs.services.drafts import IdentityDraft
from privacyportal.api.jsonin import as_object
from privacyportal.api.problems import Invalid, Problems

MOST = 100_000  # values in one call
REQUEST_ID_LENGTH = 200


def call(body: Any, organization_id: str, custom: Custom) -> ConsentDraft:
    """The decoded body of POST /consent. Raises Invalid."""
    tree, problems = as_object(body), Problems()
    draft = ConsentDraft(
        opted_out=_direction(tree.get("optOutOfSale"), problems),
        identities=_entities(tree.get("entities"), NamespaceReader(custom), problems),
        request_id=_optional(tree, "requestId", problems),
    )
    _optional(tree, "transactionId", problems)
    organization = _optional(tree, "orgId", problems)
    if organization and organization != organization_id:
        problems.add(
            "orgId",
            "other_organization",
            "This is not the organization of the header x-gw-ims-org-id.",
        )
    if problems:
        raise Invalid(problems)
    return draft


def identity(body: Any, custom: Custom) -> IdentityDraft:
    """The identity that a decoded body names. Raises Invalid."""
    tree, problems = as_object(body), Problems()
    namespace = _namespace(tree, "", NamespaceReader(custom), problems)
    value = fields.text(tree.get("value"), "value", problems)
    if problems:
        raise Invalid(problems)
    return _identity(namespace, value)


def signal(body: Any) -> str | None:
    """`secGpc` of a decoded body that is an object."""
    given = body.get("secGpc")
    return None if given is None else str(given).strip()


def _direction(raw: Any, problems: Problems) -> bool:
    if raw is None:
        problems.add("optOutOfSale", "required", "This field is required.")
    return fields.flag(raw, "optOutOfSale", problems)


def _optional(tree: dict[str, Any], name: str, problems: Problems) -> str:
    raw = tree.get(name)
    return "" if raw is None else fields.text(raw, name, problems, limit=REQUEST_ID_LENGTH)


def _entities(
    raw: Any, namespaces: NamespaceReader, problems: Problems
) -> tuple[IdentityDraft, ...]:
    """Every value once per namespace, however many entities name it."""
    found: list[IdentityDraft] = []
    seen: dict[str, set[str]] = {}
    for number, entity in enumerate(fields.items(raw, "entities", problems)):
        path = f"entities[{number}]"
        if not isinstance(entity, dict):
            problems.add(path, "wrong_type", "This must be an object.")
            continue
        namespace = _namespace(entity, f"{path}.", namespaces, problems)
        values = fields.items(entity.get("values"), f"{path}.values", problems)
        if len(found) + len(values) > MOST:
            problems.add(
                f"{path}.values", "too_many", f"A call may have {MOST} values at most, in all."
            )
            break
        known = seen.setdefault(namespace.canonical, set())
        for place, value in enumerate(values):
            if type(value) is not str or not value or value.isspace():
                value = fields.text(value, f"{path}.values[{place}]", problems)
            if value in known:
                problems.add(f"{path}.values[{place}]", "duplicate", "This value was there before.")
            elif value:
                known.add(value)
                found.append(_identity(namespace, value))
    return tuple(found)


def _namespace(
    tree: dict[str, Any], path: str, namespaces: NamespaceReader, problems: Problems
) -> Resolved:
    """The contract writes `nameSpace` in entities, `namespace` everywhere else: both are taken."""
    usual, other = ("nameSpace", "namespace") if path else ("namespace", "nameSpace")
    name = usual if tree.get(other) is None else other
    read = namespaces.read({**tree, "namespace": tree.get(name)})
    for place, code, text, params in read.problems:
        problems.add(path + (name if place == "namespace" else place), code, text, **params)
    return read


def _identity(namespace: Resolved, value: str) -> IdentityDraft:
    return IdentityDraft(
        namespace.canonical, namespace.given, value, namespace.qualifier, namespace.id
    )
