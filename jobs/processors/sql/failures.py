"""Errors of a product's database, as what they mean for people and product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from jobs.processors.base import BadData, ProductUnavailable, TryAgain
from jobs.rules import outcomes
from jobs.rules.states import Action

BUSY = {"40001", "40P01", "55P03"}
STRUCTURE = {"42P01", "42703", "3F000", "42883", "42804"}
DEPENDENTS = {"23503", "23001"}
OF_A_ROW = ("P0", "09", "27", "38", "39", "44")  # of triggers and functions that refuse a row
PERMISSION = "42501"
TOO_SLOW = "57014"
SQLITE_CONSTRAINT = re.compile(r"(\w+(?: \w+)?) constraint failed(?:: ([\w.]+))?")


@contextmanager
def explained(action: str) -> Iterator[None]:
    """Turns what SQLAlchemy raises into BadData, TryAgain or ProductUnavailable. No message of a
    driver is passed on: it may hold a value."""
    try:
        yield
    except exc.TimeoutError:
        raise TryAgain from None
    except (exc.NoSuchTableError, exc.NoReferenceError) as error:
        raise ProductUnavailable("sql.structure", {"name": str(error)[:100]}) from None
    except exc.DBAPIError as error:
        raise _meaning(error, action) from None


def _meaning(error: exc.DBAPIError, action: str) -> Exception:
    code = outcomes.ACCESS_FAILED if action == Action.ACCESS else outcomes.JOB_FAILED
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig).lower()
    if state in BUSY or "database is locked" in text or "database table is locked" in text:
        return TryAgain()
    if state == TOO_SLOW or "interrupted" in text:
        return BadData(code, "sql.too_slow", retry=True)
    if state in STRUCTURE or "no such table" in text or "no such column" in text:
        return ProductUnavailable("sql.structure", {"name": _table(error)})
    if state == PERMISSION or "readonly database" in text:
        return ProductUnavailable("sql.permission", {"name": _table(error)})
    if isinstance(error, exc.IntegrityError):
        params = _constraint(error)
        depend = state in DEPENDENTS or params["constraint"] == "FOREIGN KEY"
        return BadData(code, "sql.constraint" if depend else "sql.refused", params)
    if state and state.startswith(OF_A_ROW):
        return BadData(code, "sql.refused", {"table": _table(error), "constraint": "trigger"})
    if isinstance(error, exc.DataError):
        return BadData(code, "sql.data")
    return ProductUnavailable("sql.unreachable")


def _table(error: exc.DBAPIError) -> str:
    return str(getattr(getattr(error.orig, "diag", None), "table_name", None) or "?")


def _constraint(error: exc.IntegrityError) -> dict[str, str]:
    if diag := getattr(error.orig, "diag", None):
        name = diag.constraint_name or diag.column_name or "?"
        return {"table": diag.table_name or "?", "constraint": name}
    found = SQLITE_CONSTRAINT.search(str(error.orig))
    kind, column = found.groups() if found else ("?", None)
    return {"table": (column or "?").partition(".")[0], "constraint": kind}
