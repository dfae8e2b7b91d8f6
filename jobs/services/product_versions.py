"""Versions of a product's settings beside each other, and going back to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from jobs.models import Product, ProductSettings
from jobs.services import products
from privacyportal.actors import Actor

SHOWN = 200  # changes of one version
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One place of the settings that a version changed: "" where there was, or is, nothing."""

    path: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of the document, SHOWN at most. Secrets are in neither."""
    return [change for change, _ in zip(_differing("", before, after), range(SHOWN), strict=False)]


def restore(*, product: Product, number: int, by: Actor) -> ProductSettings:
    """A new version with the mapping of an earlier one. Connection and secrets stay as they are.
    Raises SettingsInvalid, and ProductSettings.DoesNotExist."""
    version = product.versions.get(number=number)
    return products.change_settings(product=product, by=by, document=version.mapping)


def _differing(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            inner = f"{path}.{name}" if path else str(name)
            yield from _differing(inner, before.get(name, ABSENT), after.get(name, ABSENT))
    elif _rows(before) and _rows(after) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differing(f"{path}[{index}]", old, new)
    else:
        yield Change(path, _text(before), _text(after))


def _rows(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _text(value: Any) -> str:
    if value is ABSENT:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
