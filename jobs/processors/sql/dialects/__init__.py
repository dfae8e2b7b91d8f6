"""The kinds of databases, one object each: whatever differs stands there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine

from jobs.processors.sql.dialects.base import Dialect
from jobs.processors.sql.dialects.mysql import MySQL
from jobs.processors.sql.dialects.postgresql import PostgreSQL
from jobs.processors.sql.dialects.sqlite import SQLite

ALL: tuple[Dialect, ...] = (PostgreSQL(), MySQL(), SQLite())
BY_NAME = {dialect.name: dialect for dialect in ALL}
BY_SCHEME = {scheme: dialect for dialect in ALL for scheme in dialect.drivers}


def of(opened: Connection | Engine) -> Dialect:
    return BY_NAME[opened.dialect.name]


def of_error(error: Any) -> Dialect | None:
    """Whose driver raised it."""
    return next((dialect for dialect in ALL if isinstance(error, dialect.error)), None)


__all__ = ["ALL", "BY_SCHEME", "Dialect", "of", "of_error"]
