"""The people of a form as chips: one block for each person that stands alone, one for each list of
lines. Empty lines part blocks; the text itself stays the form's field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jobs.forms import RequestForm
from jobs.services.people_text import Line, Problem, Reading, told

CHIPS = 200  # shown before anybody asks for more
ALONE = 30  # people with a block of their own; further ones stand in lists
PROBLEMS = 20  # told below one block


@dataclass(frozen=True, slots=True)
class Chip:
    """A value of a person, or a whole person of a list; `text` stands for it in its line."""

    line: int
    text: str
    label: str
    value: str
    wrong: bool = False
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A problem in its place, with its number among all of them."""

    problem: Problem
    place: str
    number: int


@dataclass(slots=True)
class Block:
    """Lines `line` to `end` of the text; `first` and `last` number people."""

    line: int
    end: int
    first: int
    last: int
    alone: bool
    key: str = ""
    chips: list[Chip] = field(default_factory=list)
    problems: list[Said] = field(default_factory=list)
    more_problems: int = 0
    rest: int = 0  # chips that are not shown


def people(form: RequestForm, sent: QueryDict | None = None) -> dict[str, Any]:
    """What `#people` shows; `sent` may ask for more chips."""
    asked = sent.get("shown", "") if sent else ""
    most = min(int(asked), 2000) if asked.isdecimal() and len(asked) < 6 else CHIPS
    found = form.reading
    blocks = _blocks(found)
    _fill(blocks, found, max(CHIPS, most), str(form["namespace"].value()))
    return {
        "form": form,
        "blocks": blocks,
        "told": told(found) if found.lines else "",
        "good": bool(found.people) and not found.problems,
        "overall": [p for p in found.problems if not p.line],
        "shown": max(CHIPS, most),
        "next_shown": max(CHIPS, most) + CHIPS,
        "next_number": found.lines + 1,
    }


def _blocks(found: Reading) -> list[Block]:
    blocks: list[Block] = []
    for ordinal, line in enumerate(found.taken, start=1):
        last = blocks[-1] if blocks else None
        follows = last is not None and line.number == last.end + 1
        if last and (follows or (len(blocks) > ALONE and last.end < line.number)):
            last.end, last.last, last.alone = line.number, ordinal, False
        else:
            blocks.append(Block(line.number, line.number, ordinal, ordinal, alone=True))
    return blocks


def _fill(blocks: Sequence[Block], found: Reading, most: int, usual: str) -> None:
    """Chips up to `most`; those that are wrong always."""
    numbers = {id(problem): number for number, problem in enumerate(found.problems)}
    shown = 0
    for block in blocks:
        for line in found.taken[block.first - 1 : block.last]:
            chips = _of_person(line) if block.alone else [_of_list(line, usual)]
            block.key = line.key if block.alone else ""
            for chip in chips:
                if shown < most or chip.wrong:
                    block.chips.append(chip)
                    shown += 1
                else:
                    block.rest += 1
            _tell(block, line, numbers)


def _tell(block: Block, line: Line, numbers: dict[int, int]) -> None:
    for problem in line.problems:
        if len(block.problems) == PROBLEMS:
            block.more_problems += 1
            continue
        here = {"line": line.number - block.line + 1, "sentence": problem.sentence}
        place = problem.sentence if block.alone else _("Line %(line)s: %(sentence)s") % here
        block.problems.append(Said(problem, place, numbers[id(problem)]))


def _of_person(line: Line) -> list[Chip]:
    return [
        Chip(line.number, part.text, part.namespace, part.value or part.text, part.wrong)
        for part in line.parts
    ]


def _of_list(line: Line, usual: str) -> Chip:
    """Says what kind of value it is where that isn't the list's usual one."""
    kind = line.parts[0].namespace if len(line.parts) == 1 else ""
    label = "" if kind.lower() == usual else kind
    values = " · ".join(part.value or part.text for part in line.parts) or line.text
    shown = f"{line.key} · {values}" if line.key else values
    return Chip(line.number, line.text, label, shown, bool(line.problems), line.merged)
