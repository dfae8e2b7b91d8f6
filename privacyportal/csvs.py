"""CSV for spreadsheets: no cell of it is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"  # spreadsheets take the file for UTF-8


def defused(cell: object) -> str:
    """A cell that begins like a formula is written as text; a number stays one."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(cell, int) else text


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """As spreadsheets understand it, in the reader's zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as a piece of a file."""
    out = io.StringIO()
    csv.writer(out).writerows([defused(cell) for cell in row] for row in rows)
    return out.getvalue()


def written(rows: Iterable[Sequence[object]]) -> str:
    """The rows, headings first, as a whole file."""
    return BOM + lines(rows)
