"""People as a person types or pastes them: one line is one person. Text in, people and every
problem out; pure, so that the form can ask as often as it likes.

    CUST-0042 | ann@example.com, phone: +46 70 123 45 67

A bar ends the optional key; commas and semicolons (in e-mail addresses and device ids also spaces)
stand between identities; `namespace:` says how the identity behind it is read, else it is read as
the default namespace.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from jobs.rules import namespaces
from jobs.rules.namespaces import Custom
from jobs.rules.normalize import normalize
from jobs.services.drafts import MAX_IDENTITIES, MAX_PEOPLE, IdentityDraft, PersonDraft
from privacyportal.sentences import Sentence, said

SHOWN = 60  # characters of a value that a sentence repeats
KEY_LENGTH = 200
APART = 3  # so few people are written with space between them
LABEL = re.compile(r"\s*([^\W\d][\w.-]{0,60})\s*:(?!//)\s*(.*)")
# What stands between separators. "lars@example,se" is whole: one address, mistyped.
PART = re.compile(
    r"(?:(?<![^\s,;:])[^\s@,;:]+@[\w-]+,[a-z]{2,10}(?:\.[a-z]{2,3})?(?![^\s,;])|[^,;\t])+"
)
EMAIL = re.compile(r"[^\s@,;:<>\"()]+@[^\s@,;:<>\"()]+\.[^\s@.,;:<>\"()]{2,}")
PHONE = re.compile(r"\+?[\d\s()./-]+")
NAMED_EMAIL = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")
SPACED = frozenset({"phone"})  # standard namespaces whose values may hold spaces


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line; `found` becomes `instead` where the reader wants the mend."""

    line: int
    sentence: str
    found: str = ""
    instead: str = ""

    @property
    def place(self) -> str:
        """The sentence with its line; 0 is the text as a whole."""
        if not self.line:
            return self.sentence
        return _("Line %(line)s: %(sentence)s") % {"line": self.line, "sentence": self.sentence}

    def __str__(self) -> str:
        question = _("Did you mean %s?") % self.instead if self.instead else ""
        return f"{self.place} {question}".strip()


@dataclass(slots=True)
class Part:
    """One value of a line: `text` is how it stands, or could stand, there by itself."""

    text: str
    namespace: str  # as it is spelled
    value: str
    wrong: bool = False


@dataclass(slots=True)
class Line:
    """One line as it was taken apart, whether a person came of it or not. `number` counts from 1;
    `index` is its person's among the people, None where it is merged or wrong."""

    number: int
    text: str
    key: str = ""
    parts: list[Part] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    index: int | None = None
    merged: bool = False


@dataclass
class Reading:
    """What a text says. `people` have no actions yet, and a key only where the text gives one;
    `merged` lines repeated another one. `taken` has every line that isn't empty."""

    people: list[PersonDraft] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: list[Line] = field(default_factory=list)
    lines: int = 0
    merged: int = 0


def read(text: str, *, default: str, own: Sequence[str], custom: Custom | None = None) -> Reading:
    """`default` is the namespace of values without a label, `own` the names that may stand beside
    the standard ones, `custom` those of them that the organization has registered."""
    return _Reader(default, own, custom or {}).read(text)


def mend(text: str, problem: Problem) -> str:
    """The text with the problem's likely mend in its line."""
    lines = text.splitlines()
    index = problem.line - 1
    if problem.instead and index < len(lines):
        lines[index] = lines[index].replace(problem.found, problem.instead, 1)
    return "\n".join(lines)


def write(people: Iterable[PersonDraft]) -> str:
    """People as `read` takes them, each on a line of its own with a name before every value. Empty
    lines set apart who has a key or several identities, and all where they are few."""
    people = list(people)
    text, before = "", False
    for person in people:
        alone = len(people) <= APART or bool(person.key) or len(person.identities) > 1
        text += ("\n\n" if alone or before else "\n") if text else ""
        text += _line(person)
        before = alone
    return text


def _line(person: PersonDraft) -> str:
    named = ", ".join(f"{identity.given}: {identity.value}" for identity in person.identities)
    return f"{person.key} | {named}" if person.key else named


class _Reader:
    """One text at work; each line is looked at on its own, then compared with those before."""

    def __init__(self, default: str, own: Sequence[str], custom: Custom) -> None:
        self.custom = custom
        spellings = (default, *own, *(n.name for n in namespaces.STANDARD))
        self.known: Mapping[str, str] = {namespaces.canonical(name): name for name in spellings}
        self.default = default
        labels = "|".join(map(re.escape, self.known))
        self.before_label = re.compile(rf"(?<=\S)\s+(?=(?:{labels})\s*:)", re.IGNORECASE)
        self.reading = Reading()
        self.line = 0
        self.now = Line(0, "")
        self.seen: dict[frozenset[tuple[str, str]], str] = {}
        self.keys: dict[str, int] = {}

    def read(self, text: str) -> Reading:
        for number, raw in enumerate(text.splitlines(), start=1):
            if line := raw.strip():
                self.line = number
                self.reading.lines += 1
                self.now = Line(number, line)
                self.reading.taken.append(self.now)
                self.person(line)
        if len(self.reading.people) > MAX_PEOPLE:
            self.line = 0
            self.problem(
                _("%(count)s people; a request may have %(most)s at most. Make it two requests.")
                % {"count": len(self.reading.people), "most": MAX_PEOPLE}
            )
        return self.reading

    def person(self, line: str) -> None:
        key, bar, rest = line.rpartition("|") if "|" in line else ("", "", line)
        key = self.now.key = key.strip()
        before = len(self.reading.problems)
        if bar and not key:
            self.problem(_("the key before the bar is missing. Write it, or remove the bar."))
        if len(key) > KEY_LENGTH:
            self.problem(_("the key may have %s characters at most.") % KEY_LENGTH)
        found: dict[tuple[str, str], IdentityDraft] = {}
        for identity in self.identities(rest):
            found.setdefault(mark(identity), identity)
        if len(self.reading.problems) > before:
            return
        if not found:
            self.problem(_("there is no identity. Write at least one."))
        elif len(found) > MAX_IDENTITIES:
            self.problem(
                _("%(count)s identities; a person may have %(most)s at most.")
                % {"count": len(found), "most": MAX_IDENTITIES}
            )
        else:
            self.take(key, tuple(found.values()))

    def take(self, key: str, identities: tuple[IdentityDraft, ...]) -> None:
        """A line that says just what an earlier one said is merged into it."""
        marks = frozenset(map(mark, identities))
        given = self.seen.get(marks)
        if given is not None and key in ("", given):
            self.reading.merged += 1
            self.now.merged = True
            return
        if key and (first := self.keys.setdefault(key, self.line)) != self.line:
            self.problem(
                _("the key %(key)s stands on line %(line)s too. One person is one line.")
                % {"key": shown(key), "line": first}
            )
            return
        self.seen[marks] = key
        self.now.index = len(self.reading.people)
        self.reading.people.append(PersonDraft(key, (), identities))

    def identities(self, text: str) -> Iterator[IdentityDraft]:
        for part in self.parts(text):
            label = LABEL.fullmatch(part)
            name = self.known.get(namespaces.canonical(label[1])) if label else self.default
            if label and not name:
                self.part(part.strip(), label[1], label[2].strip(), wrong=True)
                self.unknown(label[1])
                continue
            value = label[2].strip() if label else part.strip()
            if not value:
                self.part(part.strip(), str(name), "", wrong=True)
                self.problem(_("there is no value after %s.") % shown(f"{name}:"))
            for one in _values(str(name), value):
                self.part(f"{label[1]}: {one}" if label else one, str(name), one)
                yield from self.identity(str(name), one)

    def part(self, text: str, namespace: str, value: str, *, wrong: bool = False) -> None:
        self.now.parts.append(Part(text, namespace, value, wrong))

    def parts(self, text: str) -> Iterator[str]:
        """A line at its separators, and before each label."""
        for part in PART.findall(text):
            yield from (one for one in self.before_label.split(part) if one.strip())

    def identity(self, given: str, value: str) -> Iterator[IdentityDraft]:
        canonical = namespaces.canonical(given)
        sentence, instead = wrong(canonical, value)
        if sentence:
            self.now.parts[-1].wrong = True
            self.problem(str(sentence), value, instead)
            return
        resolved = namespaces.resolve(given, self.custom)
        yield IdentityDraft(canonical, given, value, resolved.qualifier, resolved.id)

    def unknown(self, label: str) -> None:
        near = difflib.get_close_matches(label.lower(), self.known, 1)
        instead = self.known[near[0]] if near else ""
        names = ", ".join(self.known.values())
        sentence = _("%s is not a namespace.") % shown(label)
        if not instead:
            sentence += " " + _("Use one of %s.") % names
        self.problem(sentence, label if instead else "", instead)

    def problem(self, sentence: str, found: str = "", instead: str = "") -> None:
        problem = Problem(self.line, sentence, found, instead)
        self.reading.problems.append(problem)
        if self.line:
            self.now.problems.append(problem)


def mark(identity: IdentityDraft) -> tuple[str, str]:
    """Equal for values that mean the same."""
    return identity.namespace, normalize(identity.namespace, identity.value)


def _values(name: str, value: str) -> list[str]:
    """Spaces stand between values, except where a value may hold them; "Ann <ann@example.com>"
    is one address."""
    canonical = namespaces.canonical(name)
    if canonical == "email" and (named := NAMED_EMAIL.fullmatch(value)):
        return [named[1]]
    a_phone = canonical == "email" and _is_phone(value)
    whole = a_phone or canonical in SPACED or not namespaces.standard(name)
    return [value] if whole else value.split()


def wrong(namespace: str, value: str) -> tuple[Sentence | None, str]:
    """What is wrong with a value, and what it may have been meant to be."""
    if namespace == "email" and not EMAIL.fullmatch(value):
        instead = _likely_email(value)
        sentence = said(gettext_noop("%s is not an e-mail address."), shown(value))
        if not instead and _is_phone(value):
            instead = f"phone: {value}"
    elif namespace == "phone" and not _is_phone(value):
        instead = f"email: {value}" if EMAIL.fullmatch(value) else ""
        sentence = said(gettext_noop("%s is not a phone number."), shown(value))
    else:
        return None, ""
    return sentence, instead


def _is_phone(value: str) -> bool:
    return bool(PHONE.fullmatch(value)) and 5 <= sum(map(str.isdigit, value)) <= 20


def _likely_email(value: str) -> str:
    guess = re.sub(r"^mailto:", "", value.strip("<>()\"'“”‘’."), flags=re.IGNORECASE)
    for wrong, right in ((",", "."), ("..", "."), ("@@", "@"), ("(at)", "@"), ("[at]", "@")):
        guess = guess.replace(wrong, right)
    return guess if EMAIL.fullmatch(guess) else ""


def shown(value: str) -> str:
    """A value as a sentence repeats it."""
    return f"“{value[:SHOWN]}…”" if len(value) > SHOWN else f"“{value}”"


def told(reading: Reading) -> str:
    """What was read, in words: "47 lines read: 45 people, 1 duplicate merged, 1 to mend."."""
    people, wrong = len(reading.people), len({problem.line for problem in reading.problems})
    parts = [ngettext("%(n)s person", "%(n)s people", people) % {"n": people}]
    if reading.merged:
        merged = reading.merged
        parts.append(
            ngettext("%(n)s duplicate merged", "%(n)s duplicates merged", merged) % {"n": merged}
        )
    if wrong:
        parts.append(ngettext("%(n)s to mend", "%(n)s to mend", wrong) % {"n": wrong})
    lines = ngettext("%(n)s line read", "%(n)s lines read", reading.lines) % {"n": reading.lines}
    return f"{lines}: {', '.join(parts)}."
