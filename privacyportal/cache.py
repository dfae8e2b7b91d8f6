"""The cache: Redis, and nothing when Redis is gone (limits fail open, logged)."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class FailOpenRedisCache(RedisCache):
    """A cache whose absence is a miss: signing in and the API work without Redis."""

    def _open(self, what: str, call: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return call()
        except RedisError as error:
            log.warning("cache.unavailable", call=what, error=type(error).__name__)
            return otherwise

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._open(
            "get", lambda: super(FailOpenRedisCache, self).get(key, default, version), default
        )

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        self._open(
            "set", lambda: super(FailOpenRedisCache, self).set(key, value, *args, **kwargs), None
        )

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        """True when it cannot be known: whoever asks is let through."""
        return bool(
            self._open(
                "add",
                lambda: super(FailOpenRedisCache, self).add(key, value, *args, **kwargs),
                True,
            )
        )

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(
            self._open(
                "delete", lambda: super(FailOpenRedisCache, self).delete(key, version), False
            )
        )
