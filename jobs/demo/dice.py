"""Chance that falls the same way every time."""

import random
from datetime import UTC, datetime, timedelta

from jobs.demo.people import SEED, Person

START = datetime(2023, 1, 1, tzinfo=UTC)


def dice(person: Person, what: str) -> random.Random:
    """A person's own dice for one purpose."""
    return random.Random(f"{SEED} {person.number} {what}")  # noqa: S311


def moment(thrown: random.Random) -> datetime:
    return START + timedelta(seconds=thrown.randrange(3 * 365 * 86_400))
