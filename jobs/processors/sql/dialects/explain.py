"""EXPLAIN, as each database spells it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement

WORDS = {
    "postgresql": "EXPLAIN (FORMAT JSON)",
    "sqlite": "EXPLAIN QUERY PLAN",
    "mysql": "EXPLAIN FORMAT=TRADITIONAL",
}


class Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement: Any) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element: Explain, compiler: Any, **options: Any) -> str:
    return f"{WORDS[compiler.dialect.name]} {compiler.process(element.statement, **options)}"
