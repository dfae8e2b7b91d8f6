"""The body of POST /namespaces (contract §9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobs.api import fields
from jobs.api.parse_namespaces import MAX_LENGTH
from jobs.services.namespaces import unfit
from privacyportal.api.jsonin import as_object
from privacyportal.api.problems import Invalid, Problems

DESCRIPTION_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class NamespaceDraft:
    """A namespace to be registered."""

    name: str
    description: str


def parse_namespace(tree: Any) -> NamespaceDraft:
    """Raises Invalid with all problems of a decoded body."""
    given, problems = as_object(tree), Problems()
    name = fields.text(given.get("name"), "name", problems, limit=MAX_LENGTH).strip()
    if name and (why := unfit(name)):
        problems.add("name", "wrong_format", why)
    description = ""
    if given.get("description") not in (None, ""):
        raw = given["description"]
        description = fields.text(raw, "description", problems, limit=DESCRIPTION_LENGTH)
    if problems:
        raise Invalid(problems)
    return NamespaceDraft(name, description)
