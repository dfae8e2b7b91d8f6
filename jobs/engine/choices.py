"""What people have chosen, as it is when an opt-out is claimed. The consent app knows; the engine
only asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple


class Choice(NamedTuple):
    """The present choice of an identity, and the id of the request that told of it."""

    opted_out: bool
    request_id: str


# (request subject, position of the identity) → choice, for some request subjects; other apps add
# theirs in ready().
TELLERS: list[Callable[[Collection[int]], Mapping[tuple[int, int], Choice]]] = []


def present(subject_ids: Collection[int]) -> dict[tuple[int, int], Choice]:
    found: dict[tuple[int, int], Choice] = {}
    for tell in TELLERS:
        found.update(tell(subject_ids))
    return found
