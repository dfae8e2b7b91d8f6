"""The settings of work that people do. What becomes of it is in tests/engine/test_desk.py."""

from __future__ import annotations

import pytest

from jobs.processors.conformance import Case, SettingsConformance
from jobs.processors.manual import ManualProcessor

WORDS = {"access_instructions": "Look in the cabinet.", "delete_instructions": "Shred it."}


class TestManual(SettingsConformance):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            ManualProcessor,
            {**WORDS, "members": ["ann@firm.example"], "days": 5},
            known=(("email", "ann@example.org"),),
            unknown=(("email", "nobody@example.org"),),
            wrong=[
                WORDS,
                {"members": ["ann@firm.example"]},
                {**WORDS, "members": ["ann"]},
                {**WORDS, "outside": ["ann@firm.example", "no address"]},
                {**WORDS, "outside": ["ann@firm.example"], "days": 0},
                {**WORDS, "outside": ["ann@firm.example"], "remind_days": 99},
                {**WORDS, "outside": [f"a{n}@firm.example" for n in range(201)]},
                {**WORDS, "outside": ["ann@firm.example"], "opt_out_instructions": "x" * 10_001},
            ],
        )


def test_all_problems_are_told_together() -> None:
    problems = ManualProcessor.validate({"outside": ["x", "y"], "days": 0})

    assert [problem.path for problem in problems] == [
        "access_instructions", "delete_instructions", "days", "outside[0]", "outside[1]"
    ]  # fmt: skip


@pytest.mark.parametrize("opt_out", ["", "Note it on the card."])
def test_people_are_told_of_opt_outs_where_it_says_what_to_do(opt_out: str) -> None:
    processor = ManualProcessor({**WORDS, "opt_out_instructions": opt_out})

    assert ("opt-out-of-sale" in processor.actions) == bool(opt_out)
