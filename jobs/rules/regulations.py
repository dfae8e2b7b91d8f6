"""The laws: codes and aliases, rights and windows, read once from data/regulations.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "regulations.toml"


OPT_OUT = "opt-out-of-sale"


class Unit(StrEnum):
    MONTHS = "months"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    WORKING_DAYS = "working_days"
    AT_ONCE = "at_once"


class Right(StrEnum):
    ACCESS = "A"
    DELETE = "D"
    CORRECT = "C"
    PORTABILITY = "P"
    SALE = "S"
    ADVERTISING = "T"
    PROFILING = "F"


RIGHT_OF_ACTION: Mapping[str, Right] = {
    "access": Right.ACCESS,
    "delete": Right.DELETE,
    "correct": Right.CORRECT,
    OPT_OUT: Right.SALE,
}
CLOCKS_IN_DATA = {"access": "access", "amend": "correct", "opt_out": OPT_OUT}


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that a law gives; `at_once` has the amount 0."""

    amount: int
    unit: Unit
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Regulation:
    """One law under its canonical code. `clocks` holds the actions with a window of their own;
    `holidays` is the place (ISO country or country-subdivision) whose days count."""

    code: str
    aliases: tuple[str, ...]
    label: str
    name: str
    place: str
    citation: str
    respond: Window
    extension: Window | None
    acknowledge: Window | None
    clocks: Mapping[str, Window]
    rights: frozenset[Right]
    appeal: str
    notes: tuple[str, ...]
    holidays: str
    confidence: str

    def __str__(self) -> str:
        return f"{self.label}, {self.place}"

    def grants(self, action: str) -> bool:
        return RIGHT_OF_ACTION.get(action) in self.rights

    def window(self, action: str) -> Window:
        """The action's own window, else the law's general one."""
        return self.clocks.get(action, self.respond)

    def extension_of(self, action: str) -> Window | None:
        """An opt-out with a window of its own cannot be extended."""
        if action == OPT_OUT and self.window(action) != self.respond:
            return None
        return self.extension

    def acknowledgement_of(self, action: str) -> Window | None:
        return None if action == OPT_OUT else self.acknowledge


def lookup(code: str) -> Regulation | None:
    """The regulation of a code or alias, letter case ignored."""
    return _BY_CODE.get(code.strip().lower())


def choices() -> list[tuple[str, str]]:
    """Codes and names for people, in the order of the data: GDPR, then by place."""
    return [(regulation.code, str(regulation)) for regulation in REGULATIONS]


def codes() -> list[str]:
    """Every code that is accepted, canonical codes before their aliases."""
    return [code for law in REGULATIONS for code in (law.code, *law.aliases)]


def _window(row: Mapping[str, Any], key: str, citation: str) -> Window | None:
    if key not in row:
        return None
    entry = {"citation": citation, **row[key]}
    own_citation = entry.pop("citation")
    ((unit, amount),) = entry.items()
    return Window(0 if unit == Unit.AT_ONCE else amount, Unit(unit), own_citation)


def _regulation(row: Mapping[str, Any]) -> Regulation:
    citation = row["citation"]
    respond = _window(row, "respond", citation)
    assert respond is not None
    own = {action: _window(row, key, citation) for key, action in CLOCKS_IN_DATA.items()}
    return Regulation(
        code=row["code"],
        aliases=tuple(row.get("aliases", ())),
        label=row["label"],
        name=row["name"],
        place=row["place"],
        citation=citation,
        respond=respond,
        extension=_window(row, "extension", citation),
        acknowledge=_window(row, "acknowledge", citation),
        clocks={action: window for action, window in own.items() if window},
        rights=frozenset(map(Right, row["rights"].split())),
        appeal=row.get("appeal", ""),
        notes=tuple(row.get("notes", ())),
        holidays=row.get("holidays", ""),
        confidence=row["confidence"],
    )


REGULATIONS = tuple(map(_regulation, tomllib.loads(DATA.read_text("utf-8"))["regulation"]))
_BY_CODE = {code: law for law in REGULATIONS for code in (law.code, *law.aliases)}
