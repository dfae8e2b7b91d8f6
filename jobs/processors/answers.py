"""Outcomes of processors whose stores are tables: what was found, done, and kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from jobs.processors.base import Assignment, Outcome
from jobs.processors.content import Content
from jobs.processors.mapping import Policy
from jobs.rules import outcomes
from jobs.rules.states import Action

NOTHING: Mapping[str, Any] = {}


def told(
    assignment: Assignment,
    known: Collection[str],
    code: str = outcomes.SUCCESS,
    records: int = 0,
    detail: str = "",
    params: Mapping[str, Any] = NOTHING,
    content: Content | None = None,
) -> Outcome:
    """With the identities that were looked for, and those that the product does not know; `known`
    are its namespaces."""
    identities = assignment.identities
    looked = tuple([i.position for i in identities if i.namespace in known])
    ignored = tuple([i.position for i in identities if i.namespace not in known])
    return Outcome(assignment.id, code, detail, params, records, looked, ignored, content)


def nobody(assignment: Assignment, known: Collection[str]) -> Outcome:
    """Of whom nothing was found: what an earlier try had begun, it has done."""
    if assignment.begun and assignment.action == Action.DELETE:
        return replace(assignment.begun, assignment_id=assignment.id)
    looked = any(i.namespace in known for i in assignment.identities)
    return told(assignment, known, outcomes.NOT_FOUND if looked else outcomes.NAMESPACE_NOT_VALID)


def done(
    assignment: Assignment, known: Collection[str], counts: Iterable[tuple[Policy, int]], kept: str
) -> Outcome | None:
    """What is about to have been done to a person, from the rows per policy; None where nothing was
    found. `kept` is the key of the sentence on what stays."""
    erased = stays = 0
    reasons: dict[str, None] = {}
    for policy, count in counts:
        if policy.do != "keep":
            erased += count
        elif count:
            stays += count
            reasons[policy.reason] = None
    if stays:
        params = {"kept": stays, "reasons": "; ".join(reasons)}
        return told(assignment, known, records=erased, detail=kept, params=params)
    return told(assignment, known, records=erased) if erased else None
