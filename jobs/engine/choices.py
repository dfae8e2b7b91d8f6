"""What people have chosen, as it is when an opt-out is claimed. The consent app knows; the engine
only asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from jobs.processors.base import Named


class Choice(NamedTuple):
    """The present choice of an identity, and the id of the request that told of it."""

    opted_out: bool
    request_id: str


# (request subject, position of the identity) → choice, for some request subjects; other apps add
# theirs in ready().
TELLERS: list[Callable[[Collection[int]], Mapping[tuple[int, int], Choice]]] = []
# (organization, identities) → those that are opted out now; added to likewise.
OPTED_OUT: list[Callable[[int, Collection[Named]], Collection[Named]]] = []


def present(subject_ids: Collection[int]) -> dict[tuple[int, int], Choice]:
    found: dict[tuple[int, int], Choice] = {}
    for tell in TELLERS:
        found.update(tell(subject_ids))
    return found


def opted_out(organization_id: int, identities: Collection[Named]) -> set[Named]:
    return {named for tell in OPTED_OUT for named in tell(organization_id, identities)}
