"""MySQL's and MariaDB's types: how their values are compared, given out, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions, through
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects import mysql

from jobs.processors.sql.dialects.base import Misfit, too_long
from jobs.processors.sql.values import NUMBER, parsed, whole

# Times may be longer than a day, or negative: they are given out as they are written.
CONVERSIONS: Mapping[Any, Any] = {**conversions, FIELD_TYPE.TIME: through}
BITS = (
    (mysql.TINYINT, 8),
    (mysql.SMALLINT, 16),
    (mysql.MEDIUMINT, 24),
    (mysql.BIGINT, 64),
    (sqltypes.Integer, 32),
)
COMPARED = 64  # bits of a number that is looked for, signed or not


class Utc(sqltypes.DateTime):
    """A TIMESTAMP, in a session whose time is UTC."""

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        return _in_utc


class AsWritten(sqltypes.TypeEngine[str]):
    """Text that nobody is found by."""


class Values(sqltypes.TypeEngine[Any]):
    """Many values as one parameter, which the driver writes as a list."""


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def as_stored(kind: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
    if isinstance(kind, sqltypes.Enum | mysql.SET):
        return sqltypes.String()
    if isinstance(kind, sqltypes.TIMESTAMP):
        return Utc(timezone=True)
    if isinstance(kind, sqltypes.Time):
        return AsWritten()
    if isinstance(kind, mysql.DOUBLE | mysql.REAL):
        return sqltypes.Double()
    if isinstance(kind, mysql.FLOAT):
        return sqltypes.REAL()
    if isinstance(kind, sqltypes.Numeric) and not isinstance(kind, sqltypes.Float):
        return sqltypes.Numeric()
    return kind


def fitting(value: str, kind: sqltypes.TypeEngine[Any]) -> Any | None:
    """Numbers of single precision equal nothing that can be written. A time with a zone is one of
    UTC in a column without."""
    if isinstance(kind, sqltypes.REAL):
        return None
    if isinstance(kind, sqltypes.Integer):
        number = whole(value, COMPARED)
        return number if number is None or number >= -(1 << (COMPARED - 1)) else None
    found = parsed(value, kind, zoned=True) if isinstance(kind, sqltypes.DateTime) else None
    if isinstance(found, datetime):
        found = found.astimezone(UTC)
        return found if isinstance(kind, Utc) else found.replace(tzinfo=None)
    return parsed(value, kind)


def plain(value: Any) -> Any:
    """As the driver writes it."""
    return str(value) if isinstance(value, UUID) else value


def misfit(kind: sqltypes.TypeEngine[Any], value: Any) -> Misfit | None:
    """The database itself would rather change a value than refuse it, until it is stored."""
    if isinstance(kind, sqltypes.JSON | sqltypes.NullType):
        return None
    if isinstance(value, list | dict):
        return Misfit.OBJECT
    if too_long(value, kind):
        return Misfit.LONG
    return None if _fits(str(value), kind, value) else Misfit.TYPE


def _fits(text: str, kind: sqltypes.TypeEngine[Any], value: Any) -> bool:
    if isinstance(kind, sqltypes.Enum):
        return text in kind.enums
    if isinstance(kind, sqltypes.Integer):
        return _of_size(int(value) if isinstance(value, bool) else whole(text, 64), kind)
    if isinstance(kind, sqltypes.Numeric):
        return NUMBER.fullmatch(text) is not None and _of_scale(Decimal(text), kind)
    if isinstance(kind, sqltypes.DateTime):
        return _moment(text) is not None
    if isinstance(kind, sqltypes.Date | sqltypes.Uuid):
        return parsed(text, kind) is not None
    return True


def _of_size(number: int | None, kind: sqltypes.TypeEngine[Any]) -> bool:
    if number is None:
        return False
    bits = next(bits for known, bits in BITS if isinstance(kind, known))
    if getattr(kind, "unsigned", False):
        return 0 <= number < 1 << bits
    return -(1 << (bits - 1)) <= number < 1 << (bits - 1)


def _of_scale(number: Decimal, kind: sqltypes.Numeric[Any]) -> bool:
    if isinstance(kind, sqltypes.Float) or kind.precision is None:
        return True
    return abs(number) < Decimal(10) ** (kind.precision - (kind.scale or 0))


def _moment(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
