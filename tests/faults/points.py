"""What is killed and hung at which point: every day some, the others before a release."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def daily(points: Iterable[Any], *every_day: Any) -> list[Any]:
    """The points; those that are not for every day are slow (`make faults`)."""
    return [
        point if point in every_day else pytest.param(point, marks=pytest.mark.slow)
        for point in points
    ]
