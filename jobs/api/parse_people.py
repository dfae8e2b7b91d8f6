"""The people of POST /jobs and their identities (contract §3 and §9)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from jobs.api import fields
from jobs.api.parse_namespaces import NamespaceReader
from jobs.rules.namespaces import Custom
from jobs.rules.regulations import OPT_OUT
from jobs.services.drafts import MAX_IDENTITIES, MAX_PEOPLE, IdentityDraft, PersonDraft
from privacyportal.api.problems import Problems

ACTIONS = ("access", "delete", OPT_OUT)  # in the order of effect


def read_people(
    raw: Any, custom: Custom, problems: Problems, *, most: int = MAX_PEOPLE
) -> tuple[PersonDraft, ...]:
    """All entries of `users`; of a list that is too long none is looked at."""
    entries = fields.items(raw, "users", problems)
    if len(entries) > most:
        told = _("%(n)s entries; a request may have %(most)s at most.")
        problems.add("users", "too_many", told, n=len(entries), most=most)
        return ()
    reader = _PeopleReader(NamespaceReader(custom), problems)
    return tuple(reader.person(entry, f"users[{i}]") for i, entry in enumerate(entries))


class _PeopleReader:
    """Reads entry after entry; namespaces, of which there are few, are resolved once each."""

    def __init__(self, namespaces: NamespaceReader, problems: Problems) -> None:
        self.namespaces, self.problems = namespaces, problems

    def person(self, raw: Any, path: str) -> PersonDraft:
        if not isinstance(raw, dict):
            self.problems.add(path, "wrong_type", _("This must be an object."))
            return PersonDraft("", (), ())
        return PersonDraft(
            key=fields.text(raw.get("key"), f"{path}.key", self.problems),
            actions=self.actions(raw.get("action"), f"{path}.action"),
            identities=self.identities(raw.get("userIDs"), f"{path}.userIDs"),
        )

    def actions(self, raw: Any, path: str) -> tuple[str, ...]:
        given: list[str] = []
        for index, action in enumerate(fields.items(raw, path, self.problems)):
            place = f"{path}[{index}]"
            if action not in ACTIONS:
                self.unknown_action(action, place)
            elif action in given:
                told = _("%(action)s stands here twice.")
                self.problems.add(place, "duplicate", told, action=fields.shown(action))
            else:
                given.append(action)
        if OPT_OUT in given and len(given) > 1:
            told = _("%(action)s may not be combined.")
            self.problems.add(path, "not_alone", told, action=fields.shown(OPT_OUT))
        return tuple(action for action in ACTIONS if action in given)

    def unknown_action(self, action: Any, place: str) -> None:
        if not isinstance(action, str):
            self.problems.add(place, "wrong_type", _("This must be a string."))
            return
        told = _("%(given)s is not an action; use %(known)s")
        known = fields.listed(ACTIONS)
        self.problems.add(place, "unknown_action", told, given=fields.shown(action), known=known)

    def identities(self, raw: Any, path: str) -> tuple[IdentityDraft, ...]:
        entries = fields.items(raw, path, self.problems)
        if len(entries) > MAX_IDENTITIES:
            told = _("%(count)s identities; a person may have %(most)s at most.")
            self.problems.add(path, "too_many", told, count=len(entries), most=MAX_IDENTITIES)
            return ()
        return tuple([self.identity(entry, path, i) for i, entry in enumerate(entries)])

    def identity(self, raw: Any, path: str, index: int) -> IdentityDraft:
        if not isinstance(raw, dict):
            self.problems.add(f"{path}[{index}]", "wrong_type", _("This must be an object."))
            return IdentityDraft("", "", "")
        namespace = self.namespaces.read(raw)
        for name, code, text, params in namespace.problems:
            self.problems.add(f"{path}[{index}].{name}", code, text, **params)
        value, gone = raw.get("value"), raw.get("isDeletedClientSide")
        if type(value) is not str or not value or value.isspace():
            value = fields.text(value, f"{path}[{index}].value", self.problems)
        if type(gone) is not bool:
            gone = fields.flag(gone, f"{path}[{index}].isDeletedClientSide", self.problems)
        return IdentityDraft(
            namespace.canonical,
            namespace.given,
            value,
            namespace.qualifier,
            namespace.id,
            gone,
        )
