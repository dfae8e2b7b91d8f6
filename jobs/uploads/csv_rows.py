"""The rows of a CSV text, each with its line, and what can be said of all of them at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _

from jobs.services import people_text
from jobs.uploads.columns import SAMPLES
from jobs.uploads.files import Text, separator_of
from privacyportal.sentences import Sentence, said

AT_ONCE = 2000  # rows between two looks at the clock
EMPTY_LINES = 3 * SAMPLES  # rows that are kept to find values for the preview
VALUE = re.compile(r"[+\d][\d\s()./-]{4,}")

Tick = Callable[[float], None]  # how much is done, of 1


class Broken(Exception):
    """The text stops being CSV: at `line`."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class Rows:
    """A CSV text that can be walked again and again."""

    def __init__(self, text: Text, tick: Tick) -> None:
        self.text, self.tick = text.text, tick
        self.separator, self.before = separator_of(self.text)
        self.heading: list[str] = next(iter(self._walk()), (0, []))[1]

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """(line on which it begins, cells) of each row below the heading that isn't empty.

        Raises Broken."""
        walk = self._walk()
        next(walk, None)
        total = self.text.count("\n") + 1
        for number, (line, cells) in enumerate(walk):
            if number % AT_ONCE == 0:
                self.tick(line / total)
            yield line, cells

    def _walk(self) -> Iterator[tuple[int, list[str]]]:
        lines = io.StringIO(self.text, newline="")
        reader = csv.reader(lines, delimiter=self.separator, strict=True)
        start = 1
        try:
            for cells in reader:
                if start > self.before and any(cell.strip() for cell in cells):
                    yield start, cells
                start = reader.line_num + 1
        except csv.Error:
            raise Broken(start) from None


@dataclass(slots=True)
class Profile:
    """What a first walk tells: how many rows, how full each column is, the first rows."""

    rows: int = 0
    filled: list[int] = field(default_factory=list)
    first: list[list[str]] = field(default_factory=list)


def profile(rows: Rows) -> Profile:
    """Raises Broken."""
    width = len(rows.heading)
    found = Profile(filled=[0] * width)
    for _line, cells in rows:
        found.rows += 1
        if len(found.first) < EMPTY_LINES:
            found.first.append(cells)
        for index, cell in enumerate(cells[:width]):
            if cell and not cell.isspace():
                found.filled[index] += 1
    return found


def is_heading(cells: Sequence[str]) -> bool:
    """Whether these are names: a line of values above which nobody wrote any is not shown as
    such."""
    return not any(
        people_text.EMAIL.fullmatch(cell.strip()) or VALUE.fullmatch(cell.strip()) for cell in cells
    )


def broken(error: Broken) -> Sentence:
    told = _(
        "A quotation mark is not closed, or stands within a value. Put quotes around the "
        "whole value, and write each one inside it twice. Nothing below line %s was read."
    )
    return said(told, error.line)
