"""Columns that every table of the demo's products has."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Integer


def identifier() -> Column[Any]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def parent(column: str, target: str) -> Column[Any]:
    return Column(column, ForeignKey(target), nullable=False, index=True)
