"""What became of one POST, and whether it is tried again (contract §12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from privacyportal.outbound import PASSING

NOT_SUPPORTED = 505  # of the 5xx the one that no later try changes


@dataclass(frozen=True, slots=True)
class Posted:
    """A try: `status` of HTTP, or None and `error`, a word of privacyportal/outbound.py. `tries`
    counts those before it."""

    delivery_id: int
    token: UUID
    tries: int
    status: int | None
    error: str
    started_at: datetime
    milliseconds: int

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def again(self) -> bool:
        if self.status is None:
            return self.error in PASSING
        return self.status == 429 or (500 <= self.status < 600 and self.status != NOT_SUPPORTED)
