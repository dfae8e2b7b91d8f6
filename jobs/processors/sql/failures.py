"""Errors of a product's database, as what they mean for people and product."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from jobs.processors.base import BadData, ProductUnavailable, TryAgain
from jobs.processors.sql import dialects
from jobs.processors.sql.dialects.base import Fault
from jobs.rules import outcomes
from jobs.rules.states import Action


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
    if (dialect := dialects.of_error(error.orig)) is None:
        return ProductUnavailable("sql.unreachable")
    table, constraint = dialect.place(error.orig)
    match dialect.fault(error.orig):
        case Fault.BUSY:
            return TryAgain()
        case Fault.SLOW:
            return BadData(code, "sql.too_slow", retry=True)
        case Fault.STRUCTURE:
            return ProductUnavailable("sql.structure", {"name": table})
        case Fault.PERMISSION:
            return ProductUnavailable("sql.permission", {"name": table})
        case Fault.DEPENDENTS:
            return BadData(code, "sql.constraint", {"table": table, "constraint": constraint})
        case Fault.REFUSED:
            return BadData(code, "sql.refused", {"table": table, "constraint": constraint})
        case Fault.OF_A_ROW:
            return BadData(code, "sql.refused", {"table": table, "constraint": "trigger"})
        case Fault.DATA:
            return BadData(code, "sql.data")
        case _:
            return ProductUnavailable("sql.unreachable")
