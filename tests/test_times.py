"""Dates and hours as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from privacyportal import times


@pytest.mark.parametrize(("language", "month"), [("en", "Dec"), ("sv", "dec")])
def test_months_are_written_as_each_language_writes_them(language: str, month: str) -> None:
    with translation.override(language):
        assert times.day(date(2025, 12, 18)) == f"18 {month} 2025"
        assert f">18 {month} 09:41<" in times.minute(datetime(2025, 12, 18, 9, 41, tzinfo=UTC))
