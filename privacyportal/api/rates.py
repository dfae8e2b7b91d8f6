"""How often one may call: token buckets in Redis, one script each. Without Redis everybody may."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)
SECONDS = 0.25  # that Redis may take
REST_SECONDS = 5.0  # that it is left alone after it did not answer

# A bucket holds a minute's calls and is filled evenly. Answers: whether one was taken, how many are
# left, seconds until it is full, seconds until there is one.
TAKE = """
local most = tonumber(ARGV[1])
local rate = most / 60
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1]) or most
local since = math.max(0, now - (tonumber(known[2]) or now))
left = math.min(most, left + since * rate)
local taken = 0
if left >= 1 then
    left = left - 1
    taken = 1
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], 61000)
local wait = 0
if taken == 0 then wait = math.ceil((1 - left) / rate) end
return {taken, math.floor(left), math.ceil((most - left) / rate), wait}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a bucket says; times in whole seconds."""

    allowed: bool
    limit: int
    left: int
    full_in: int
    retry_in: int

    @property
    def headers(self) -> Mapping[str, str]:
        """The family of the IETF's drafts: `Limit` calls a minute, `Reset` in seconds."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.left),
            "RateLimit-Reset": str(self.full_in),
        }


def take(who: str, per_minute: int) -> Rate | None:
    """One call of `who` (no personal data); None where nothing is limited, or Redis is gone."""
    if not per_minute or time.monotonic() < _away.until:
        return None
    try:
        taken, left, full_in, retry_in = _script()(keys=[f"rate:{who}"], args=[per_minute])
    except RedisError as error:
        _away.until = time.monotonic() + REST_SECONDS
        log.warning("rate.unavailable", error=type(error).__name__)
        return None
    return Rate(bool(taken), per_minute, left, full_in, max(1, retry_in))


class _Away:
    """Until when (monotonic) Redis is left alone by this process."""

    until = 0.0


_away = _Away()


@cache
def _script() -> Any:
    """One try, and little time: a call must not hang because it is to be counted."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return client.register_script(TAKE)
