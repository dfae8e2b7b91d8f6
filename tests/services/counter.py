"""A product that counts what a delete would touch, and an officer of its organization."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jobs.processors.base import Assignment, Touched
from jobs.processors.registry import PROCESSORS
from jobs.services import dry_run, products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, Organization
from tests.services.conftest import member_of
from tests.services.ledger import DOCUMENT, Ledger


class Counter(Ledger):
    """Counts people, or raises what it is told to."""

    kind = "counter"
    asked: list[Sequence[Assignment]] = []
    trouble: Exception | None = None

    def count(self, assignments: Sequence[Assignment], seconds: float) -> Sequence[Touched]:
        type(self).asked.append(assignments)
        if self.trouble:
            raise self.trouble
        return [Touched("people", erase=len(assignments)), Touched("orders", keep=7)]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of what a worker was asked to count."""
    sent: list[int] = []
    monkeypatch.setattr(dry_run, "wake_counts", sent.extend)
    return sent


@pytest.fixture
def member(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Member:
    """An officer; one product of the organization counts, another cannot."""
    for kind in (Counter, Ledger):
        monkeypatch.setitem(PROCESSORS, kind.kind, kind)
        products.add(
            organization=organization, by=SYSTEM, code=kind.kind, display_name=kind.kind.title(),
            processor=kind.kind, document=DOCUMENT,
        )  # fmt: skip
    monkeypatch.setattr(Counter, "trouble", None)
    Counter.asked.clear()
    return member_of(organization)
