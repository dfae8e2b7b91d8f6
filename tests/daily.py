"""Cases that are alike: some are tried every day, the others before a release."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def daily(cases: Iterable[Any], *every_day: Any) -> list[Any]:
    """The cases; those that are not for every day are slow (`make faults`)."""
    return [
        case if case in every_day else pytest.param(case, marks=pytest.mark.slow) for case in cases
    ]
