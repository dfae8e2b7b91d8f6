"""Masked values keep people apart and give nobody away."""

import pytest

from jobs.rules.masking import mask


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("oluwaseun@richardson.example", "o•••••@r•••••.example"),
        ("+46 70 123 45 67", "+•••••67"),
        ("0701234567", "•••••67"),
        ("Anna-Lena Berg", "A••••• L••••• B•••••"),
        ("customer-311", "c•••••11"),
        ("12345678901234567890", "•••••90"),
        ("42", "•••••"),
        ("b7", "b•••••"),
        ("@", "•••••"),
        ("", "•••••"),
    ],
)
def test_a_value_is_masked_by_its_parts(value: str, masked: str) -> None:
    assert mask(value) == masked


@pytest.mark.parametrize("value", ["a@b.se", "ab@cd.example", "+4670", "x y", "1234"])
def test_short_values_do_not_stand_there_whole(value: str) -> None:
    assert value not in mask(value)
    assert "•••••" in mask(value)
