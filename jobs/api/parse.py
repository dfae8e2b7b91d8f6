"""The body of POST /jobs and of child jobs (contract §3): a decoded body in, a checked RequestDraft
out, or every problem.

Pure: what it must know of the organization is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from jobs.api import fields
from jobs.api.parse_people import read_people
from jobs.rules import product_codes, regulations
from jobs.rules.namespaces import Custom
from jobs.services.drafts import MAX_PEOPLE, RequestDraft
from privacyportal.api.jsonin import as_object
from privacyportal.api.problems import REPORTED, Invalid, Problems

ORGANIZATION_NAMESPACES = ("imsorgid", "imsorg")
PRIORITIES = ("normal", "low")
DELETE_METHODS = ("anonymize", "purge")
REQUEST_ID_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What a body is checked against: the organization of the headers."""

    organization_id: str
    products: Sequence[str]
    namespaces: Custom = field(default_factory=dict)
    parent: Defaults | None = None
    most_people: int = MAX_PEOPLE


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a child job takes from its parent where its body does not say."""

    regulation: str
    regulation_given: str
    products: tuple[str, ...]


def parse(tree: Any, facts: Facts, *, reported: int = REPORTED) -> RequestDraft:
    """Raises Invalid with the problems of the body, decoded as by jsonin; `reported` of them are
    spelled out."""
    problems = Problems(most=reported)
    draft = _Reader(as_object(tree), facts, problems).draft()
    if problems:
        raise Invalid(problems)
    return draft


class _Reader:
    """One body at work: a method for each field that has rules of its own."""

    def __init__(self, tree: dict[str, Any], facts: Facts, problems: Problems) -> None:
        self.tree, self.facts, self.problems = tree, facts, problems

    def draft(self) -> RequestDraft:
        tree, problems = self.tree, self.problems
        contexts = self.contexts()
        people = read_people(
            tree.get("users"), self.facts.namespaces, problems, most=self.facts.most_people
        )
        products = self.products()
        regulation, regulation_given = self.regulation()
        expand = "expandIDs" if tree.get("expandIds") is None else "expandIds"
        return RequestDraft(
            regulation=regulation,
            regulation_given=regulation_given,
            products=products,
            people=people,
            request_id=self.request_id(),
            priority=fields.choice(tree.get("priority"), "priority", PRIORITIES, problems),
            analytics_delete_method=fields.choice(
                tree.get("analyticsDeleteMethod"),
                "analyticsDeleteMethod",
                DELETE_METHODS,
                problems,
            ),
            expand_ids=fields.flag(tree.get(expand), expand, problems),
            contexts=contexts,
            options=self.options(),
        )

    def contexts(self) -> tuple[dict[str, str], ...]:
        """The contexts beside the organization's own, which must stand among them."""
        others, named = [], False
        listed = fields.items(self.tree.get("companyContexts"), "companyContexts", self.problems)
        for index, raw in enumerate(listed):
            context = self.context(raw, f"companyContexts[{index}]")
            if context["namespace"].lower() in ORGANIZATION_NAMESPACES:
                named = True
                self.check_organization(context["value"], f"companyContexts[{index}].value")
            else:
                others.append(context)
        if listed and not named:
            self.problems.add(
                "companyContexts",
                "organization_missing",
                _("One context must have the namespace imsOrgID and your organization's id."),
            )
        return tuple(others)

    def context(self, raw: Any, path: str) -> dict[str, str]:
        if not isinstance(raw, dict):
            self.problems.add(path, "wrong_type", _("This must be an object."))
            return {"namespace": "", "value": ""}
        return {
            name: fields.text(raw.get(name), f"{path}.{name}", self.problems)
            for name in ("namespace", "value")
        }

    def check_organization(self, value: str, path: str) -> None:
        if value and value != self.facts.organization_id:
            self.problems.add(
                path,
                "other_organization",
                _("This is not the organization of the header x-gw-ims-org-id."),
            )

    def regulation(self) -> tuple[str, str]:
        """The law's own code, and as the caller spelled it."""
        parent = self.facts.parent
        if parent and self.tree.get("regulation") is None:
            return parent.regulation, parent.regulation_given
        given = fields.text(self.tree.get("regulation"), "regulation", self.problems)
        law = regulations.lookup(given)
        if given and law is None:
            known = fields.listed(regulations.codes())
            told = _("%(given)s is not one of %(known)s.")
            shown = fields.shown(given)
            self.problems.add("regulation", "unknown_regulation", told, given=shown, known=known)
        return (law.code if law else ""), given.strip()

    def products(self) -> tuple[str, ...]:
        """The spelling that the organization, else the contract, has for each code, once."""
        parent = self.facts.parent
        chosen = dict.fromkeys(
            parent.products if parent and self.tree.get("include") is None else self.included()
        )
        excluded = self.excluded()
        kept = tuple(code for code in chosen if code.lower() not in excluded)
        if chosen and not kept:
            self.problems.add("exclude", "nothing_left", _("No product of include is left."))
        return kept

    def included(self) -> list[str]:
        known = product_codes.known(self.facts.products)
        wanted = fields.items(self.tree.get("include"), "include", self.problems)
        found = [self.product(raw, f"include[{index}]", known) for index, raw in enumerate(wanted)]
        return [code for code in found if code]

    def product(self, raw: Any, path: str, known: Any) -> str:
        given = fields.text(raw, path, self.problems)
        code = known.get(given.strip().lower(), "")
        if given and not code:
            own = ", ".join(self.facts.products)
            told = (
                _("%(given)s is not a product; your organization has %(known)s.")
                if own
                else _("%(given)s is not a product; your organization has none yet.")
            )
            named = {"known": own} if own else {}
            self.problems.add(path, "unknown_product", told, given=fields.shown(given), **named)
        return code

    def excluded(self) -> set[str]:
        raw = self.tree.get("exclude")
        if raw is None:
            return set()
        if not isinstance(raw, list) or not all(isinstance(code, str) for code in raw):
            self.problems.add("exclude", "wrong_type", _("This must be a list of product codes."))
            return set()
        return {code.strip().lower() for code in raw}

    def request_id(self) -> str:
        raw = self.tree.get("requestId")
        if raw is None:
            return ""
        return fields.text(raw, "requestId", self.problems, limit=REQUEST_ID_LENGTH)

    def options(self) -> dict[str, Any]:
        """What is accepted and kept as it came."""
        kept: dict[str, Any] = {}
        for name in ("mergePolicyId", "region"):
            if (raw := self.tree.get(name)) is not None:
                kept[name] = fields.text(raw, name, self.problems)
        if isinstance(excluded := self.tree.get("exclude"), list):
            kept["exclude"] = [str(code) for code in excluded]
        return kept
