"""What comes from PostgreSQL, as it is written there: no digit, month or far date is lost."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.types import datetime as times
from psycopg.types.string import TextLoader


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Has a connection give out infinite and far dates, and intervals, as text."""
    for name, loader in (
        ("date", DateLoader),
        ("timestamp", TimestampLoader),
        ("timestamptz", TimestamptzLoader),
        ("interval", TextLoader),  # Python's timedelta knows no months
    ):
        connection.adapters.register_loader(name, loader)


def _text(data: Buffer) -> str:
    return bytes(data).decode("ascii")


class DateLoader(times.DateLoader):
    def load(self, data: Buffer) -> date | str:  # type: ignore[override]
        text = _text(data)
        try:
            return date.fromisoformat(text)  # DateStyle is ISO nearly everywhere
        except ValueError:
            return _otherwise(super().load, data, text)


class TimestampLoader(times.TimestampLoader):
    def load(self, data: Buffer) -> datetime | str:  # type: ignore[override]
        text = _text(data)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return _otherwise(super().load, data, text)


class TimestamptzLoader(times.TimestamptzLoader):
    def load(self, data: Buffer) -> datetime | str:  # type: ignore[override]
        text = _text(data)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return _otherwise(super().load, data, text)


def _otherwise(load: Any, data: Buffer, text: str) -> Any:
    try:
        return load(data)
    except psycopg.DataError:
        return text


__all__ = ["prepare"]
