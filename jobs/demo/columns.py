"""What the tables of the demo's products have in common."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Integer


def identifier() -> Column[Any]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def parent(column: str, target: str) -> Column[Any]:
    return Column(column, ForeignKey(target), nullable=False, index=True)


def child_of(table: str, column: str) -> dict[str, str]:
    """A mapping's `parent`: `column` holds the id of a row of `table`."""
    return {"table": table, "column": column, "parent_column": "id"}
