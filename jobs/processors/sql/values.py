"""Values of identities and columns: made comparable, by the type that a column has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import types

AT_ONCE = 10_000
WHOLE = re.compile(r"-?[0-9]{1,20}")
NUMBER = re.compile(r"-?[0-9]{1,131}(\.[0-9]{1,100})?")
LIMITS = ((types.SmallInteger, 15), (types.BigInteger, 63), (types.Integer, 31))


def textual(kind: types.TypeEngine[Any]) -> bool:
    return isinstance(kind, types.String) or type(kind) is types.NullType


def parsed(value: str, kind: types.TypeEngine[Any], *, zoned: bool = False) -> Any | None:
    """The value as a type has it; None where it can't be. `zoned`: a time without zone is UTC even
    if the type has none."""
    if isinstance(kind, types.Integer):
        return whole(value, _bits(kind))
    if isinstance(kind, types.String):
        return value
    try:
        if isinstance(kind, types.Uuid):
            return UUID(value)
        if isinstance(kind, types.Float):
            number = float(value) if NUMBER.fullmatch(value) else None
            return number if number is not None and abs(number) < _largest(kind) else None
        if isinstance(kind, types.Numeric):
            return Decimal(value) if NUMBER.fullmatch(value) else None
        if isinstance(kind, types.DateTime):
            return _time(value, zoned or bool(kind.timezone))
        if isinstance(kind, types.Date):
            return date.fromisoformat(value)
    except ValueError:
        return None
    return None


def spelling(value: Any) -> str:
    """Alike for what a database may take for equal: padded, in other case, a number as text."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value))
        return format(number.normalize(), "f") if number.is_finite() else str(number)
    return str(value).strip().casefold()


def _time(value: str, zoned: bool) -> datetime | None:
    """A time without zone is UTC; a column without zone holds none that has one."""
    time = datetime.fromisoformat(value)
    if zoned:
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None if time.tzinfo else time


def _largest(kind: types.TypeEngine[Any]) -> float:
    return 3.4e38 if isinstance(kind, types.REAL) else float("inf")


def _bits(kind: types.TypeEngine[Any]) -> int:
    return next(bits for known, bits in LIMITS if isinstance(kind, known))


def whole(value: str, bits: int) -> int | None:
    if not WHOLE.fullmatch(value):
        return None
    number = int(value)
    return number if -(1 << bits) <= number < 1 << bits else None


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Sorted, so that two batches touch rows in the same order."""
    found = list(values)
    alike = len(set(map(type, found))) <= 1
    ordered = sorted(found, key=None if alike else lambda value: (str(type(value)), value))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
