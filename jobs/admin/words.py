"""What responses, attempts and products say of themselves, as the operator reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobs.rules import outcomes
from jobs.rules.states import Action

ACTIONS = dict(Action.choices)


def sentence(detail: str, params: str) -> Callable[[Any], str]:
    """Of a row that holds a detail key and its parameters in these fields; the key itself where
    the processor that knows it is gone."""

    def told(row: Any) -> str:
        key = getattr(row, detail)
        return outcomes.detail(key, getattr(row, params)) or key

    return told


def actions(row: Any) -> str:
    return ", ".join(str(ACTIONS.get(one, one)) for one in row.actions)
