"""The body of a webhook, and the parameters of its lists: checked, or every problem."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import QueryDict

from jobs.api import fields
from jobs.api.filters import number
from jobs.models import Webhook
from jobs.models.webhooks import DeliveryState
from jobs.rules.events import CODES, Kind
from jobs.services.webhooks import WebhookDraft
from privacyportal import outbound
from privacyportal.api.jsonin import as_object
from privacyportal.api.problems import Invalid, Problems

NAME_LENGTH = 200
DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
MAX_DELIVERIES = 100
LAST_POSITION = 2**63 - 1
KNOWN = fields.listed(CODES)
EMPTY = WebhookDraft(name="", url="", kinds=tuple(Kind))


def parse_whole(body: Any) -> WebhookDraft:
    """Of POST and PUT: `name` and `url`; without `events`, all of them. Raises Invalid."""
    return _parse(body, EMPTY, whole=True)


def parse_part(body: Any, present: Webhook) -> WebhookDraft:
    """Of PATCH: what is absent stays. Raises Invalid."""
    kinds = tuple(Kind(kind) for kind in present.kinds)
    return _parse(body, WebhookDraft(present.name, present.url, kinds), whole=False)


def _parse(body: Any, draft: WebhookDraft, *, whole: bool) -> WebhookDraft:
    tree, problems = as_object(body), Problems()
    if whole or "name" in tree:
        name = fields.text(tree.get("name"), "name", problems, limit=NAME_LENGTH)
        draft = replace(draft, name=name.strip())
    if whole or "url" in tree:
        draft = replace(draft, url=_url(tree.get("url"), problems))
    if tree.get("events") is not None or (not whole and "events" in tree):
        draft = replace(draft, kinds=_kinds(tree.get("events"), problems))
    if problems:
        raise Invalid(problems)
    return draft


def _url(raw: Any, problems: Problems) -> str:
    url = fields.text(raw, "url", problems).strip()
    for sentence in outbound.problems(url) if url else []:
        problems.add("url", "not_allowed", sentence)
    return url


def _kinds(raw: Any, problems: Problems) -> tuple[Kind, ...]:
    chosen: dict[Kind, None] = {}
    for index, word in enumerate(fields.items(raw, "events", problems)):
        kind = CODES.get(word) if isinstance(word, str) else None
        if kind is None:
            message = f"{fields.shown(word)} is not one of {KNOWN}."
            problems.add(f"events[{index}]", "unknown_event", message)
        else:
            chosen[kind] = None
    return tuple(sorted(chosen))


def read_journal(query: QueryDict) -> tuple[int, int]:
    """(since, limit). Raises Invalid."""
    problems = Problems()
    since = number(query, "since", 0, 0, LAST_POSITION, problems)
    limit = number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, problems)
    if problems:
        raise Invalid(problems)
    return since, limit


def read_deliveries(query: QueryDict) -> tuple[int, str, str]:
    """(size, status or "", the delivery that the page begins after or ""). Raises Invalid."""
    problems = Problems()
    size = number(query, "size", MAX_DELIVERIES, 1, MAX_DELIVERIES, problems)
    status = query.get("status", "").strip().lower()
    if status and status not in DeliveryState.values:
        message = f"{fields.shown(status)} is not one of {fields.listed(DeliveryState.values)}."
        problems.add("status", "unknown_value", message)
    if problems:
        raise Invalid(problems)
    return size, status, query.get("before", "").strip()
