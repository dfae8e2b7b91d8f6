"""What single cells say. Each word is looked up once: a file repeats few of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from django.utils.translation import gettext_noop as _

from jobs.rules import namespaces, product_codes, regulations
from jobs.rules.regulations import OPT_OUT
from jobs.rules.states import Action
from jobs.services import people_text
from jobs.services.drafts import IdentityDraft
from jobs.services.people_text import KEY_LENGTH, SHOWN, shown
from jobs.uploads.report import Facts
from privacyportal.sentences import Sentence, said

__all__ = ["CHOICES", "SHOWN", "Reader", "Wrong"]

CHOICES: Mapping[str, str] = {OPT_OUT: "out", "opt-in": "in"}
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "access": (Action.ACCESS,),
    "copy": (Action.ACCESS,),
    "delete": (Action.DELETE,),
    "remove": (Action.DELETE,),
    "both": (Action.ACCESS, Action.DELETE),
}
BETWEEN = re.compile(r"[\s+,;/&|]+")
BETWEEN_PRODUCTS = re.compile(r"\s*[+,;|]\s*")
ROUNDED = re.compile(r"[+-]?\d([.,]\d+)?[eE][+-]?\d{1,3}")


class Wrong(Exception):
    """A cell cannot be taken; `sentences` say why."""

    def __init__(self, *sentences: Sentence) -> None:
        super().__init__()
        self.sentences = sentences


class Reader:
    """Reads cells of one file."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.known = product_codes.known(facts.products)
        self._actions: dict[str, tuple[str, ...]] = {}
        self._laws: dict[str, str] = {}
        self._products: dict[str, tuple[str, ...]] = {}

    def key(self, raw: str) -> str:
        if not raw:
            raise Wrong(said(_("Each person needs a key, and here is none.")))
        if len(raw) > KEY_LENGTH:
            raise Wrong(said(_("A key may have %s characters at most."), KEY_LENGTH))
        _not_rounded(raw)
        return raw

    def actions(self, raw: str) -> tuple[str, ...]:
        """In the order of effect."""
        if raw not in self._actions:
            self._actions[raw] = self._read_actions(raw)
        return self._actions[raw]

    def _read_actions(self, raw: str) -> tuple[str, ...]:
        if not raw:
            raise Wrong(said(_("No action. Use access, delete or access+delete.")))
        words = [word for word in BETWEEN.split(raw.lower()) if word and word != "and"]
        if any(word in CHOICES for word in words):
            raise Wrong(self._choice())
        named = {str(Action(a).label).lower(): (a,) for a in (Action.ACCESS, Action.DELETE)}
        found: set[str] = set()
        for word in words:
            if (meant := ACTIONS.get(word) or named.get(word)) is None:
                told = _("%s is not an action. Use access, delete or access+delete.")
                raise Wrong(said(told, shown(word)))
            found.update(meant)
        return tuple(action for action in Action.values if action in found)

    def _choice(self) -> Sentence:
        if self.facts.may_choose:
            told = _("A file holds one choice for all its lines, or requests. Make it two files.")
        else:
            told = _("You may not record choices of sale. Ask a privacy officer to upload these.")
        return said(told)

    def regulation(self, raw: str) -> str:
        """As it is spelled."""
        if raw not in self._laws:
            if not raw:
                raise Wrong(said(_("No law. Write its code, such as gdpr.")))
            if regulations.lookup(raw) is None:
                raise Wrong(_unknown_law(raw))
            self._laws[raw] = raw
        return self._laws[raw]

    def products(self, raw: str) -> tuple[str, ...]:
        if raw not in self._products:
            if not raw:
                raise Wrong(said(_("No product. Write one at least.")))
            codes = [code for code in BETWEEN_PRODUCTS.split(raw) if code]
            self._products[raw] = tuple(dict.fromkeys(map(self._product, codes)))
        return self._products[raw]

    def _product(self, code: str) -> str:
        if found := self.known.get(code.lower()):
            return found
        told = [said(_("%s is not a product."), shown(code))]
        if self.facts.products:
            own = ", ".join(self.facts.products)
            told.append(said(_("Your organization has %s."), own))
        raise Wrong(*told)

    def namespace(self, given: str) -> IdentityDraft:
        """An identity of this namespace that still lacks its value."""
        found = namespaces.resolve(given, self.facts.namespaces)
        return IdentityDraft(namespaces.canonical(given), given, "", found.qualifier, found.id)

    def identity(self, namespace: IdentityDraft, raw: str) -> IdentityDraft:
        _not_rounded(raw)
        sentence, instead = people_text.wrong(namespace.namespace, raw)
        if sentence:
            meant = [said(_("Did you mean %s?"), instead)] if instead else []
            raise Wrong(sentence, *meant)
        return IdentityDraft(
            namespace.namespace,
            namespace.given,
            raw,
            namespace.qualifier,
            namespace.namespace_id,
        )


def _not_rounded(raw: str) -> None:
    if ROUNDED.fullmatch(raw):
        told = _(
            "A spreadsheet has rounded this number. Format the column as text and export again."
        )
        raise Wrong(said(told))


def _unknown_law(raw: str) -> Sentence:
    near = difflib.get_close_matches(raw.lower(), regulations.codes(), 1, 0.5)
    if near:
        return said(_("No such law. Did you mean %s?"), near[0])
    return said(_("No such law. Use the code of one, such as gdpr or ccpa."))
