"""People of many lines, put together: lines with one key are one person, and requests are made of
those who share law and products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.rules.states import Action
from jobs.services.drafts import MAX_IDENTITIES, MAX_PEOPLE, IdentityDraft, PersonDraft
from jobs.services.people_text import mark

Mark = tuple[str, str]


@dataclass(slots=True)
class Person:
    """One person so far; identities by what makes them the same."""

    key: str
    actions: set[str] = field(default_factory=set)
    identities: dict[Mark, IdentityDraft] = field(default_factory=dict)

    def draft(self) -> PersonDraft:
        actions = tuple(action for action in Action.values if action in self.actions)
        return PersonDraft(self.key, actions, tuple(self.identities.values()))


@dataclass(frozen=True, slots=True)
class Group:
    """What the people of one request share."""

    regulation: str
    products: tuple[str, ...]


class SamePerson(Exception):
    """Another key has just these identities, on this line."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class TooMany(Exception):
    """A person would have more identities than a person may."""


class People:
    """All people of a file."""

    def __init__(self) -> None:
        self.groups: dict[Group, dict[str, Person]] = {}
        self.merged = 0
        self._lines: dict[tuple[Group, frozenset[Mark]], tuple[str, int]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.groups.values()))

    def add(
        self,
        line: int,
        group: Group,
        key: str,
        actions: tuple[str, ...],
        identities: tuple[IdentityDraft, ...],
    ) -> None:
        """Raises SamePerson and TooMany."""
        marked = {mark(identity): identity for identity in identities}
        known, first = self._lines.setdefault((group, frozenset(marked)), (key, line))
        if known != key:
            raise SamePerson(first)
        people = self.groups.setdefault(group, {})
        person = people.get(key) or Person(key)
        together = dict(person.identities)
        for same, identity in marked.items():
            together.setdefault(same, identity)
        if len(together) > MAX_IDENTITIES:
            raise TooMany
        self.merged += key in people
        person.identities = together
        person.actions.update(actions)
        people[key] = person

    def chunks(self) -> Iterator[tuple[Group, tuple[PersonDraft, ...]]]:
        """At most as many people as a request may have, in the order of the file."""
        for group, people in self.groups.items():
            together = [person.draft() for person in people.values()]
            for start in range(0, len(together), MAX_PEOPLE):
                yield group, tuple(together[start : start + MAX_PEOPLE])
