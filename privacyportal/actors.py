"""Who acts. Every service takes one as `by`, and it is never optional."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "credential", "link", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, a program, somebody outside with a link, or the service itself: `id` is public,
    `name` is what people read."""

    kind: Kind
    id: str
    name: str


SYSTEM = Actor("system", "system", "Privacy portal")
