"""What the columns of a CSV file are: by their headings where these say so, else as a guess that
a person checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.rules import namespaces
from jobs.rules.masking import mask
from jobs.uploads.report import Choices, Column, Facts

FIELDS = ("key", "action", "regulation", "products")
IGNORE = "ignore"
IDENTITY = "identity:"
SAMPLES = 3
SHOWN = 40  # characters of a sample
CLEAR = ("action", "regulation", "products")  # whose values say nothing of a person
# Headings as people write them, without what isn't a letter: a guess, never taken unseen.
GUESSES = {
    "key": "customer customerid customerno customernumber userkey id person kund kundnr kundnummer "
    "nyckel",
    "action": "wants request requesttype type actions asks ärende åtgärd begäran",
    "regulation": "law jurisdiction lag lagstiftning",
    "products": "product include system systems produkt produkter",
    "identity:Email": "emailaddress mail mailaddress epost epostadress mejl",
    "identity:Phone": "mobile mobilephone phonenumber telephone tel cell mobil telefon "
    "telefonnummer mobilnummer",
}
_GUESS = {word: meaning for meaning, words in GUESSES.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's place, its name, unlike that of any other column, and what it means."""

    index: int
    label: str
    meaning: str
    sure: bool


def namespaces_of(facts: Facts) -> dict[str, str]:
    """Canonical → spelling, the contract's first, of every namespace that a column may hold."""
    spelled = (*facts.own, *(n.name for n in facts.namespaces.values()))
    spelled = (*spelled, *(n.name for n in namespaces.STANDARD))
    return {namespaces.canonical(name): name for name in spelled}


def meanings(facts: Facts) -> list[str]:
    """All that a column may be said to be."""
    names = sorted(namespaces_of(facts).values(), key=str.lower)
    return [*FIELDS, *(IDENTITY + name for name in names), IGNORE]


def understand(cells: Sequence[str], facts: Facts, choices: Choices) -> list[Heading]:
    """What was said before holds, of this file or of one with the same columns; two columns may be
    of one namespace, of other fields only one."""
    names, allowed = namespaces_of(facts), set(meanings(facts))
    named = labels(cells)
    before = {**facts.known(named).columns, **choices.columns}
    taken: set[str] = set()
    found = []
    for index, label in enumerate(named):
        said = before.get(label, "")
        meaning, sure = (said, True) if said in allowed else _by_heading(cells[index], names)
        if meaning in FIELDS and meaning in taken:
            meaning, sure = "", False
        taken.add(meaning)
        found.append(Heading(index, label, meaning, sure))
    return found


def labels(cells: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for index, cell in enumerate(cells, start=1):
        name = cell.strip()[:SHOWN] or _("Column %s") % index
        seen[name] = number = seen.get(name, 0) + 1
        found.append(name if number == 1 else f"{name} ({number})")
    return found


def _by_heading(cell: str, names: dict[str, str]) -> tuple[str, bool]:
    word = cell.strip().lower()
    if word in FIELDS:
        return word, True
    if word == "include":
        return "products", True
    letters = "".join(filter(str.isalpha, word))
    if name := names.get(word) or names.get(letters):  # "E-mail" is one too
        return IDENTITY + name, True
    return _GUESS.get(letters, ""), False


def described(
    headings: Iterable[Heading], rows: Sequence[Sequence[str]], filled: Sequence[int]
) -> list[Column]:
    """For the page; `rows` are the first few, `filled` counts the cells of each column that are
    not empty. A column of nothing is ignored."""
    found = []
    for heading in headings:
        values = [row[heading.index].strip() for row in rows if heading.index < len(row)]
        clear = heading.sure and heading.meaning in CLEAR
        samples = [v[:SHOWN] if clear else mask(v[:SHOWN]) for v in values if v][:SAMPLES]
        empty = not filled[heading.index] and not heading.meaning
        meaning, sure = (IGNORE, True) if empty else (heading.meaning, heading.sure)
        found.append(Column(heading.label, meaning, sure, samples, filled[heading.index]))
    return found
