"""Processors of installed packages are found by their entry points."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.processors.base import Processor
from jobs.processors.registry import PROCESSORS, register
from jobs.rules import outcomes

MODULE = """
from jobs.processors.base import Processor

class Ledger(Processor):
    kind = "ledger"
    label = "Ledger"
    sentences = {"ledger.closed": "The ledger of %(year)s is closed."}
"""
ENTRY_POINTS = "[privacyportal.processors]\nledger = ledger:Ledger\n"
METADATA = "Metadata-Version: 2.1\nName: ledger\nVersion: 1\n"
PROGRAM = """
import django; django.setup()
from jobs.processors.registry import processor_class
from jobs.rules.outcomes import detail
print(processor_class("ledger").label, detail("ledger.closed", {"year": 2025}))
"""


def test_a_package_brings_a_processor_and_its_sentences(tmp_path: Path) -> None:
    info = tmp_path / "ledger-1.dist-info"
    info.mkdir()
    (tmp_path / "ledger.py").write_text(MODULE)
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (info / "METADATA").write_text(METADATA)

    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == "Ledger The ledger of 2025 is closed."


def test_two_of_one_kind_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Processor):
        kind = "sql"

    with pytest.raises(ValueError, match="Two processors are called 'sql'"):
        register(Other)
    assert PROCESSORS["sql"].label
    assert outcomes.DETAILS["sql.own"]
