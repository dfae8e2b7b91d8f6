"""CSV: one row is one person, or a part of one. Everything that is wrong is told by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.utils.translation import gettext_noop as _

from jobs.rules import regulations
from jobs.services import submission
from jobs.services.drafts import IdentityDraft, RequestDraft
from jobs.services.people_text import mark
from jobs.services.pseudonyms import pseudonym
from jobs.uploads import cells
from jobs.uploads.cells import Wrong
from jobs.uploads.columns import FIELDS, IDENTITY, described, understand
from jobs.uploads.csv_rows import Broken, Profile, Rows, Tick, broken, is_heading, profile
from jobs.uploads.files import Unreadable, text_of
from jobs.uploads.gather import Group, People, SamePerson, TooMany
from jobs.uploads.report import (
    MOST_PEOPLE,
    ChoiceDraft,
    Choices,
    Column,
    Facts,
    Found,
    Part,
    Problem,
    Report,
)
from privacyportal.sentences import Sentence, said

T = TypeVar("T")
MOST_COLUMNS = 100


def read_csv(body: bytes, facts: Facts, choices: Choices, tick: Tick) -> Found:
    """What the file says, with the parts that would become requests where nothing is left to ask
    or to mend."""
    report = Report()
    try:
        text = text_of(body)
        report.encoding = text.encoding
        rows = Rows(text, tick)
        report.delimiter = rows.separator
        seen = profile(rows)
    except Unreadable as error:
        report.problem(0, "", "", error.sentence)
        return Found(report)
    except Broken as error:
        report.problem(error.line, "", "", broken(error))
        return Found(report)
    report.lines = seen.rows
    if (wrong := _unfit(rows, seen)) is not None:
        report.problem(1, "", "", wrong)
        return Found(report)
    headings = understand(rows.heading, facts, choices)
    report.columns = described(headings, seen.first, seen.filled)
    report.choice = _choice(report.columns, seen, choices) if facts.may_choose else ""
    report.missing = _missing(report, choices)
    if report.missing or not all(column.sure for column in report.columns):
        return Found(report)
    return _Reader(report, facts, choices).read(rows)


def _unfit(rows: Rows, seen: Profile) -> Sentence | None:
    if not is_heading(rows.heading):
        told = _("The first line holds values. Write a line above it that names the columns.")
        return said(told)
    if len(rows.heading) > MOST_COLUMNS:
        told = _("%(n)s columns; a file may have %(most)s at most. Remove what is not needed.")
        return said(told, n=len(rows.heading), most=MOST_COLUMNS)
    if not seen.rows:
        return said(_("There is only a heading. Write one line for each person below it."))
    return None


def _choice(columns: Sequence[Column], seen: Profile, choices: Choices) -> str:
    """Whether the first row, or what holds for all, is a choice of sale."""
    at = next((i for i, column in enumerate(columns) if column.meaning == "action"), None)
    first = [row[at] for row in seen.first if at is not None and at < len(row) and row[at].strip()]
    return cells.CHOICES.get((first[0] if first else choices.action).strip().lower(), "")


def _missing(report: Report, choices: Choices) -> list[str]:
    """What no column says, and nobody else has said yet."""
    there = {column.meaning for column in report.columns}
    asked = ["action"] if report.choice else ["action", "regulation", "products"]
    missing = [name for name in asked if name not in there and not getattr(choices, name)]
    if not any(meaning.startswith(IDENTITY) for meaning in there):
        missing.append("identity")
    return missing


class _Reader:
    """One file at work: a row is looked at cell by cell, and counts only if all of it is right."""

    def __init__(self, report: Report, facts: Facts, choices: Choices) -> None:
        self.report, self.facts, self.choices = report, facts, choices
        self.cells = cells.Reader(facts)
        self.people = People()
        self.identities: dict[tuple[str, str], IdentityDraft] = {}  # of a file of choices
        self.at = {c.meaning: i for i, c in enumerate(report.columns) if c.meaning in FIELDS}
        self.named = [
            (index, column.label, self.cells.namespace(column.meaning.removeprefix(IDENTITY)))
            for index, column in enumerate(report.columns)
            if column.meaning.startswith(IDENTITY)
        ]
        self.width = len(report.columns)
        self.line, self.wrong = 0, False

    def read(self, rows: Rows) -> Found:
        take = self.choice if self.report.choice else self.person
        for self.line, row in rows:
            self.wrong = False
            if len(row) > self.width and any(cell.strip() for cell in row[self.width :]):
                told = _(
                    "This line has %(cells)s cells, the heading %(most)s. Check its separators."
                )
                self.problem("", "", said(told, cells=len(row), most=self.width))
            else:
                take(row)
            if why := self.enough():
                self.report.problems.append(Problem(self.line, "", "", [why]))
                break
        report = self.report
        report.people = len(self.people) + len(self.identities)
        report.merged = self.people.merged
        return Found(report, [] if report.problems else self.parts())

    def enough(self) -> Sentence | None:
        """Why no further line is looked at."""
        if len(self.people) + len(self.identities) > MOST_PEOPLE:
            return said(_("A file may have %s people at most. Make it two files."), MOST_PEOPLE)
        if self.report.more:
            return said(_("So many lines are wrong that those below this one were not looked at."))
        return None

    def person(self, row: Sequence[str]) -> None:
        key = self.key(row)
        actions = self.cell(row, "action", self.cells.actions, self.choices.action)
        law = self.cell(row, "regulation", self.cells.regulation, self.choices.regulation)
        products = self.cell(row, "products", self.cells.products, "; ".join(self.choices.products))
        identities = self.values(row)
        if self.wrong:
            return
        assert actions
        assert law
        assert products
        group = Group(law, products)
        key = key or pseudonym(self.facts.prints, identities)
        try:
            self.people.add(self.line, group, key, actions, identities)
        except SamePerson as same:
            value = identities[0].value
            told = _("Same person as line %s. Remove one, or give both the same key to merge them.")
            self.problem(self.place(identities[0]), value, said(told, same.line))
        except TooMany:
            told = _("With this line the person would have more than nine identities.")
            self.problem("", "", said(told))

    def choice(self, row: Sequence[str]) -> None:
        word = self.cell(row, "action", str, self.choices.action) or ""
        if cells.CHOICES.get(word.strip().lower()) != self.report.choice:
            told = _("A file holds one choice. The first line says another: make it two files.")
            self.problem(self.label("action"), word, said(told))
        for identity in self.values(row):
            if not self.wrong:
                self.identities.setdefault(mark(identity), identity)

    def key(self, row: Sequence[str]) -> str:
        """The key as it stands there; "" where the file has none."""
        if "key" not in self.at:
            return ""
        raw = row[self.at["key"]].strip() if self.at["key"] < len(row) else ""
        try:
            return self.cells.key(raw)
        except Wrong as wrong:
            self.problem(self.label("key"), raw, *wrong.sentences)
            return ""

    def cell(
        self, row: Sequence[str], field: str, read: Callable[[str], T], otherwise: str
    ) -> T | None:
        index = self.at.get(field, self.width)
        raw = (row[index].strip() if index < len(row) else "") or otherwise
        try:
            return read(raw)
        except Wrong as wrong:
            self.problem(self.label(field), raw, *wrong.sentences)
            return None

    def values(self, row: Sequence[str]) -> tuple[IdentityDraft, ...]:
        found = []
        for index, label, namespace in self.named:
            raw = row[index].strip() if index < len(row) else ""
            if not raw:
                continue
            try:
                found.append(self.cells.identity(namespace, raw))
            except Wrong as wrong:
                self.problem(label, raw, *wrong.sentences)
        if not found and not self.wrong:
            told = _("This line has no identity. Write at least one, or remove the line.")
            self.problem("", "", said(told))
        return tuple(found)

    def label(self, field: str) -> str:
        return self.report.columns[self.at[field]].label if field in self.at else field

    def place(self, identity: IdentityDraft) -> str:
        return next(label for _i, label, named in self.named if named.given == identity.given)

    def problem(self, place: str, value: str, *sentences: Sentence) -> None:
        self.wrong = True
        self.report.problem(self.line, place, value[: cells.SHOWN], *sentences)

    def parts(self) -> list[Part]:
        if self.report.choice:
            identities = tuple(self.identities.values())
            out = self.report.choice == "out"
            made = ChoiceDraft(out, identities, submission.new_request_id())
            return [Part(len(identities), choice=made)]
        return [
            Part(
                len(people),
                request=RequestDraft(
                    regulation=regulations.lookup(group.regulation).code,  # type: ignore[union-attr]
                    regulation_given=group.regulation,
                    products=group.products,
                    people=people,
                    channel="upload",
                    request_id=submission.new_request_id(),
                ),
            )
            for group, people in self.people.chunks()
        ]
