"""What is wrong with a request: all of it, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

REPORTED = 100  # problems that are spelled out; the rest is counted
IN_SENTENCE = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """`path` is a JSON path ("users[3].userIDs[0].type") or a parameter's name; empty for the
    whole body. Neither `text` nor `params` ever holds an identity value. The API tells them in
    English; pages, where the same rules hold, in the reader's language."""

    path: str
    code: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return self.text % self.params if self.params else self.text

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


@dataclass(slots=True)
class Problems:
    """A collection that keeps the first `most` and counts the others."""

    found: list[Problem] = field(default_factory=list)
    more: int = 0
    most: int = REPORTED

    def add(self, path: str, code: str, text: str, **params: Any) -> None:
        if len(self.found) < self.most:
            self.found.append(Problem(path, code, text, params))
        else:
            self.more += 1

    def __bool__(self) -> bool:
        return bool(self.found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def sentence(self) -> str:
        """The first problems in words, and how many more there are."""
        shown = "; ".join(map(str, self.found[:IN_SENTENCE]))
        hidden = len(self.found) - IN_SENTENCE + self.more if len(self.found) > IN_SENTENCE else 0
        return f"{shown}; and {hidden} more" if hidden else shown


class Invalid(Exception):
    """A request cannot be accepted."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(f"{len(problems.found) + problems.more} problems")
        self.problems = problems


def invalid(path: str, code: str, text: str, **params: Any) -> Invalid:
    """The error of a single problem."""
    problems = Problems()
    problems.add(path, code, text, **params)
    return Invalid(problems)
