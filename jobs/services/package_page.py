"""The page of a package: small files as tables, large ones as links. No scripts, nothing loaded."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.template.loader import render_to_string

from jobs.rules import outcomes
from jobs.services.package_parts import Package, Part

KEPT_FILE = 256 * 1024  # a larger file is only linked
KEPT_TOTAL = 2 * 1024 * 1024
ROWS = 200


@dataclass(slots=True)
class Page:
    """What is kept of the files while they stream past: the small ones."""

    files: dict[tuple[str, str], bytearray] = field(default_factory=dict)
    room: int = KEPT_TOTAL

    def keeper(self, folder: str) -> Callable[[str, int], Callable[[bytes], None]]:
        return partial(self._keep, folder)

    def _keep(self, folder: str, name: str, size: int) -> Callable[[bytes], None]:
        if size > min(KEPT_FILE, self.room):
            return _forget
        self.room -= size
        return self.files.setdefault((folder, name), bytearray()).extend


def _forget(_piece: bytes) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    hidden: int  # rows that only the file has


def render(package: Package, parts: list[tuple[str, Part]], page: Page) -> str:
    return render_to_string(
        "jobs/package_index.html",
        {
            "job": package.job,
            "request": package.job.request,
            "sections": [_section(folder, part, page) for folder, part in parts],
        },
    )


def _section(folder: str, part: Part, page: Page) -> dict[str, Any]:
    return {
        "name": part.name,
        "message": outcomes.message(part.response.outcome_code),
        "detail": outcomes.detail(part.response.outcome_detail, part.response.outcome_params),
        "files": [
            {
                "name": name,
                "href": f"{folder}/{name}",
                "size": size,
                "table": _table(page.files.get((folder, name))),
            }
            for name, size, _digest in part.files
        ],
    }


def _table(data: bytearray | None) -> Table | None:
    """The rows of a JSON file, numbers as written; None where it is something else."""
    if data is None:
        return None
    try:
        value = json.loads(data, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None
    rows = value if isinstance(value, list) else [value]
    if not all(isinstance(row, dict) for row in rows):
        return None
    columns = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(column)) for column in columns] for row in rows[:ROWS]]
    return Table(columns, cells, max(0, len(rows) - ROWS))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
