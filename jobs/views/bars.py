"""A bar of progress, its parts in status colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Done first, then what goes on, then what needs somebody.
ORDER = ("ok", "run", "wait", "err", "off")


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the bar, in per cent of its width."""

    colour: str
    start: str
    width: str


def bars(counts: Mapping[str, int]) -> list[Bar]:
    """Colour → how many, as parts of one whole."""
    parts, start, share = [], 0, 100 / max(1, sum(counts.values()))
    for colour in ORDER:
        if many := counts.get(colour, 0):
            parts.append(Bar(colour, f"{start * share:.2f}%", f"{many * share:.2f}%"))
            start += many
    return parts
