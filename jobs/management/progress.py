"""Bars at a terminal; where the output goes into a file or a log there are none."""

from __future__ import annotations

from typing import Any

from tqdm import tqdm


def bar(total: int, what: str, unit: str) -> tqdm[Any]:
    return tqdm(total=total, desc=what, unit=f" {unit}", disable=None, dynamic_ncols=True)
