"""An organization whose product can be told opt-outs, and a program that makes them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Program, make_program
from tests.engine.conftest import Trial, trial

__all__ = ["trial"]

CONSENT = "/data/core/privacy/consent"
LOOKUP = f"{CONSENT}/lookup"
GPC = f"{CONSENT}/gpc"


def call(*values: Any, out: Any = True, namespace: str = "email", **more: Any) -> dict[str, Any]:
    return {
        "optOutOfSale": out,
        "entities": [{"nameSpace": namespace, "values": list(values)}],
        **more,
    }


def told(trial: Trial) -> list[str]:
    """What the product was told, in order: identity and whether it has opted out."""
    place = trial.folder / "told"
    return place.read_text().splitlines() if place.exists() else []


@pytest.fixture
def program(trial: Trial) -> Program:
    return make_program(trial.organization)


def present(program: Program, value: str, namespace: str = "email") -> dict[str, Any]:
    answer = program.post({"namespace": namespace, "value": value}, LOOKUP)
    assert answer.status_code == 200, answer.content
    return answer.json()
