"""Values of identities and columns: made comparable, by the type that a column has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, bindparam, cast, func, types
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, DOMAIN

AT_ONCE = 10_000
WHOLE = re.compile(r"-?[0-9]{1,19}")
NUMBER = re.compile(r"-?[0-9]{1,131}(\.[0-9]{1,100})?")
LIMITS = ((types.SmallInteger, 15), (types.BigInteger, 63), (types.Integer, 31))


def normalized(column: ColumnElement[Any], normalization: str, sqlite: bool) -> ColumnElement[Any]:
    """The column as jobs.rules.normalize would have its values."""
    if normalization == "email":
        return func.lower(func.trim(column))
    if normalization == "phone":
        digits = func.portal_digits if sqlite else None
        return digits(column) if digits else func.regexp_replace(column, "[^0-9]", "", "g")
    return column


class Loose(types.NullType):
    """A column of SQLite that keeps a number where a value looks like one, else what was given."""


def as_stored(kind: types.TypeEngine[Any], sqlite: bool) -> types.TypeEngine[Any]:
    """The type that values are compared by: without domain and precision (a cast would round), and
    on SQLite, where declared types are a matter of opinion, by affinity."""
    while isinstance(kind, DOMAIN):
        kind = kind.data_type
    if sqlite:
        known = (types.Integer, types.String, types.LargeBinary, types.NullType)
        return kind if isinstance(kind, known) else Loose()
    if isinstance(kind, types.Numeric) and not isinstance(kind, types.Float):
        return types.Numeric()
    return kind


def textual(kind: types.TypeEngine[Any]) -> bool:
    return isinstance(kind, types.String) or type(kind) is types.NullType


def fitting(value: str, kind: types.TypeEngine[Any], sqlite: bool) -> Any | None:
    """The value as the column's type has it; None where it can't be: then nobody is found."""
    if isinstance(kind, types.Integer):
        return _whole(value, 63 if sqlite else _bits(kind))
    if isinstance(kind, Loose):
        return _number(value) if NUMBER.fullmatch(value) else value
    if isinstance(kind, types.String) or sqlite:
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
            return _time(value, bool(kind.timezone))
        if isinstance(kind, types.Date):
            return date.fromisoformat(value)
    except ValueError:
        return None
    return None


def linking(value: Any, kind: types.TypeEngine[Any], sqlite: bool) -> Any | None:
    """What a parent's row holds, as the type of the child's column has it."""
    if isinstance(kind, types.String):
        return value if isinstance(value, str | bytes) else str(value)
    return fitting(value, kind, sqlite) if isinstance(value, str) else value


def spelling(value: Any) -> str:
    """Alike for what a database may take for equal: padded, in other case, a number as text."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value))
        return format(number.normalize(), "f") if number.is_finite() else str(number)
    return str(value).strip().casefold()


def _number(value: str) -> int | float | None:
    return float(value) if "." in value else _whole(value, 63)


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


def _whole(value: str, bits: int) -> int | None:
    if not WHOLE.fullmatch(value):
        return None
    number = int(value)
    return number if -(1 << bits) <= number < 1 << bits else None


def among(
    expression: ColumnElement[Any], kind: types.TypeEngine[Any], values: Sequence[Any], sqlite: bool
) -> ColumnElement[bool]:
    """One array parameter on PostgreSQL, a list on SQLite."""
    if sqlite:
        return expression.in_(list(values))
    if isinstance(kind, types.String) and not isinstance(expression.type, CITEXT):
        kind, expression = Text(), cast(expression, Text)
    return expression == any_(bindparam(None, list(values), type_=ARRAY(kind)))


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Sorted, so that two batches touch rows in the same order."""
    found = list(values)
    alike = len(set(map(type, found))) <= 1
    ordered = sorted(found, key=None if alike else lambda value: (str(type(value)), value))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
