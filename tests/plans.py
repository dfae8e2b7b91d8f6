"""How much the statements of something look at, by the database's own word."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from django.db import connection, transaction

Plan = dict[str, Any]


class _Undone(Exception):
    """What EXPLAIN ANALYZE did is taken back."""


def looked_at(act: Callable[[], object]) -> dict[str, int]:
    """Statement → the most rows that one scan of it read, thrown away ones too. What the statements
    change, they change once."""
    found: dict[str, int] = {}

    def explain_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip()[:6].upper() in ("SELECT", "UPDATE", "INSERT") and not many:
            statement = " ".join(sql.split())
            found[statement] = max(found.get(statement, 0), _most(execute, sql, params, context))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain_first):
        act()
    return found


def _most(execute: Any, sql: str, params: Any, context: Any) -> int:
    with suppress(_Undone), transaction.atomic():
        execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params, False, context)
        [(plans,)] = context["cursor"].fetchall()
        raise _Undone
    plan: Plan = (json.loads(plans) if isinstance(plans, str) else plans)[0]["Plan"]
    return int(max(map(_read, _scans(plan)), default=0))


def _scans(plan: Plan) -> Iterator[Plan]:
    if "Scan" in plan["Node Type"]:
        yield plan
    for part in plan.get("Plans", ()):
        yield from _scans(part)


def _read(scan: Plan) -> float:
    rows = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)
    return float(rows * scan["Actual Loops"])
