"""Files that the operator submits at a shell: read by the readers of the page, and made into
requests at once. Nothing of them is kept but the requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from jobs.models import PrivacyRequest
from jobs.services import submission
from jobs.uploads.csv_file import read_csv
from jobs.uploads.csv_rows import Tick
from jobs.uploads.files import kind_of, text_of
from jobs.uploads.json_file import read_json
from jobs.uploads.reading import facts_of, sum_up
from jobs.uploads.report import Choices, Found, Part
from jobs.uploads.submitting import RECORD_CHOICE
from privacyportal.actors import Actor
from privacyportal.organizations.models import Organization


class IdTaken(Exception):
    """The organization has another request with this id."""

    def __init__(self, request_id: str) -> None:
        super().__init__(request_id)
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Made:
    """A request; `before` where an interrupted run had made it already."""

    request: PrivacyRequest
    before: bool


class _Named(msgspec.Struct):
    requestId: str = ""


def read(
    *, organization: Organization, name: str, body: bytes, choices: Choices, tick: Tick
) -> Found:
    """What the file says, or all that is wrong with it; `choices` are what its lines do not say."""
    facts = replace(facts_of(organization), may_choose=True)
    if kind_of(name, body) == "json":
        found = read_json(body, facts, tick)
    else:
        found = read_csv(body, facts, choices, tick)
    sum_up(found.report, found.parts)
    return found


def own_request_id(name: str, body: bytes) -> str:
    """What a JSON file that can be read calls its request; "" where it does not."""
    if kind_of(name, body) != "json":
        return ""
    return msgspec.json.decode(text_of(body).text.encode(), type=_Named).requestId


def numbered(parts: Sequence[Part], request_id: str) -> list[Part]:
    """The parts with ids that come again when the file does, so that none is made twice."""
    several = len(parts) > 1
    named = []
    for number, part in enumerate(parts, start=1):
        own = f"{request_id}-{number}" if several else request_id
        request = part.request and msgspec.structs.replace(part.request, request_id=own)
        choice = part.choice and msgspec.structs.replace(part.choice, request_id=own)
        named.append(msgspec.structs.replace(part, request=request, choice=choice))
    return named


def submit(*, organization: Organization, by: Actor, parts: Sequence[Part]) -> Iterator[Made]:
    """Makes the requests one after another, each in a transaction of its own. Raises IdTaken."""
    for part in parts:
        draft = part.request or part.choice
        assert draft is not None
        try:
            yield Made(_made(organization, by, part), before=False)
        except submission.RequestIdTaken:
            same = _same(organization, by, part)
            if same is None:
                raise IdTaken(draft.request_id) from None
            yield Made(same, before=True)


def _made(organization: Organization, by: Actor, part: Part) -> PrivacyRequest:
    if part.choice:
        [record_choice] = RECORD_CHOICE
        return record_choice(organization=organization, by=by, draft=part.choice)
    assert part.request is not None
    return submission.submit(organization=organization, by=by, draft=part.request).request


def _same(organization: Organization, by: Actor, part: Part) -> PrivacyRequest | None:
    if part.request is None:
        return None
    same = submission.find_same(organization=organization, by=by, draft=part.request)
    return same.request if same else None
