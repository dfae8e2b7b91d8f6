"""What outcomes are to each other, and names of files."""

from uuid import UUID

from jobs.processors.base import Outcome
from jobs.processors.names import LONGEST, FileNames


def test_who_begins_without_a_number_has_told_none() -> None:
    """A remote system counts for itself: what it says later is what is told."""
    begun = Outcome(UUID(int=1), "6000-200")

    for said in ("6052-200", "6000-200"):
        assert Outcome(UUID(int=1), said, "x").at_least(begun) == Outcome(UUID(int=1), said, "x")
    more = Outcome(UUID(int=1), "6000-200", records=3)
    assert Outcome(UUID(int=1), "6052-200").at_least(more) == more
    assert more.at_least(begun) == more


def test_long_names_keep_their_ending_and_none_comes_twice() -> None:
    names = FileNames()

    first, second = names.safe("x" * 300 + ".json"), names.safe("X" * 300 + ".json")

    assert (len(first), first[-5:]) == (LONGEST, ".json")
    assert second == "2-" + "X" * (LONGEST - 5) + ".json"
