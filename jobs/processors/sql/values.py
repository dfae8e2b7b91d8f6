"""Values of identities and columns: made comparable, by the type that a column has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, bindparam, cast, func, types
from sqlalchemy.dialects.postgresql import ARRAY

AT_ONCE = 10_000
WHOLE = re.compile(r"-?[0-9]{1,19}")
LIMITS = ((types.SmallInteger, 15), (types.BigInteger, 63), (types.Integer, 31))


def normalized(column: ColumnElement[Any], normalization: str, sqlite: bool) -> ColumnElement[Any]:
    """The column as jobs.rules.normalize would have its values."""
    if normalization == "email":
        return func.lower(func.trim(column))
    if normalization == "phone":
        digits = func.portal_digits if sqlite else None
        return digits(column) if digits else func.regexp_replace(column, "[^0-9]", "", "g")
    return column


def fitting(value: str, kind: types.TypeEngine[Any], sqlite: bool) -> Any | None:
    """The value as the column's type has it; None where it can't be: then nobody is found."""
    try:
        if isinstance(kind, types.Integer):
            return _whole(value, 63 if sqlite else _bits(kind))
        if isinstance(kind, types.Uuid):
            return UUID(value).hex if sqlite else UUID(value)
        if isinstance(kind, types.Numeric) and not sqlite:
            number = Decimal(value)
            return number if number.is_finite() else None
        if isinstance(kind, types.DateTime) and not sqlite:
            return datetime.fromisoformat(value)
        if isinstance(kind, types.Date) and not sqlite:
            return date.fromisoformat(value)
        if isinstance(kind, types.String) or sqlite:
            return value
    except (ValueError, InvalidOperation):
        return None
    return None


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
    if isinstance(kind, types.String):
        kind, expression = Text(), cast(expression, Text)
    return expression == any_(bindparam(None, list(values), type_=ARRAY(kind)))


def chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Sorted, so that two batches touch rows in the same order."""
    ordered = sorted(values, key=lambda value: (str(type(value)), value))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
