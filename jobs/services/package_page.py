"""The page of a package: small files as tables, large ones as links. No scripts, nothing loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.template.loader import render_to_string

from jobs.rules import outcomes
from jobs.services import tables
from jobs.services.package_parts import Package, Part
from jobs.services.tables import Table

KEPT_FILE = 256 * 1024  # a larger file is only linked
KEPT_TOTAL = 2 * 1024 * 1024


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


def render(package: Package, parts: list[tuple[str, Part]], page: Page) -> str:
    return render_to_string(
        "jobs/package_index.html",
        {
            "job": package.job,
            "request": package.job.request,
            "missing": package.missing,
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
                "tables": _tables(name, page.files.get((folder, name))),
            }
            for name, size, _digest in part.files
        ],
    }


def _tables(name: str, data: bytearray | None) -> Sequence[Table]:
    return () if data is None else tables.read(name, bytes(data)).tables
