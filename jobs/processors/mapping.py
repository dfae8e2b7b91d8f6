"""What settings say of a store that is made of tables, whatever holds them: which columns identify
people, and what a delete does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from jobs.processors.base import Problem
from jobs.rules.normalize import NORMALIZATIONS

DEEDS = ("delete", "anonymize", "keep")


@dataclass(frozen=True, slots=True)
class IdentityColumn:
    """`normalization` names how both sides are compared; `normalized`: the column already is."""

    namespace: str
    column: str
    normalization: str
    normalized: bool


@dataclass(frozen=True, slots=True)
class Policy:
    """What a delete does to a table's rows; `columns` as in the document."""

    do: str = "delete"
    columns: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def identity(given: Mapping[str, Any]) -> IdentityColumn:
    namespace = given["namespace"].lower()
    normalization = given.get("normalization") or (
        namespace if namespace in NORMALIZATIONS else "exact"
    )
    return IdentityColumn(
        namespace, given["column"], normalization, bool(given.get("normalized", False))
    )


# --- problems ----------------------------------------------------------------------------------


def identities_problems(path: str, identities: Any) -> Iterator[Problem]:
    if not isinstance(identities, list):
        yield Problem(path, _("List the columns that hold identities."))
        return
    for index, identity in enumerate(identities):
        place = f"{path}[{index}]"
        if not isinstance(identity, Mapping):
            yield Problem(place, _("An identity must be an object with namespace and column."))
            continue
        yield from unknown(
            f"{place}.", identity, {"namespace", "column", "normalization", "normalized"}
        )
        for key in ("namespace", "column"):
            if not isinstance(identity.get(key), str) or not identity[key]:
                yield Problem(f"{place}.{key}", _("This is missing."))
        if identity.get("normalization", "exact") not in NORMALIZATIONS:
            known = ", ".join(NORMALIZATIONS)
            yield Problem(f"{place}.normalization", _("Choose one of: %s.") % known)
        if not isinstance(identity.get("normalized", False), bool):
            yield Problem(f"{place}.normalized", _("Say true or false."))


def policy_problems(path: str, policy: Any, *, hashes: bool = True) -> Iterator[Problem]:
    if not isinstance(policy, Mapping):
        yield Problem(path, _("Say what is done, as an object with “do”."))
        return
    yield from unknown(f"{path}.", policy, {"do", "columns", "reason"})
    do = policy.get("do", "delete")
    if do not in DEEDS:
        yield Problem(f"{path}.do", _("Choose one of: %s.") % ", ".join(DEEDS))
    if do == "keep" and not (isinstance(policy.get("reason"), str) and policy["reason"]):
        yield Problem(f"{path}.reason", _("Give the reason for keeping; it is reported."))
    if do != "anonymize":
        return
    columns = policy.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        yield Problem(f"{path}.columns", _("Name the columns that are anonymized, as an object."))
        return
    for column, how in columns.items():
        fixed = isinstance(how, Mapping) and set(how) == {"value"}
        if how is None or fixed or (hashes and how == {"hash": True}):
            continue
        told = (
            _('Use null, {"value": …} or {"hash": true}.')
            if hashes
            else _('Use null or {"value": …}.')
        )
        yield Problem(f"{path}.columns.{column}", told)


def unknown(path: str, given: Mapping[str, Any], known: set[str]) -> Iterator[Problem]:
    for key in given:
        if key not in known:
            yield Problem(f"{path}{key}", _("Unknown. Known are: %s.") % ", ".join(sorted(known)))


def texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
