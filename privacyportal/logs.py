"""Logging through structlog: ids, never identity values, whoever writes the line."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from django.core.exceptions import ImproperlyConfigured

WITH_ADDRESS = ("Invalid request from", "Error handling request")  # lines of Gunicorn


def name_places(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Of an exception only its kind and its places: its own text may hold a person's data. What is
    wrong with the settings is told in full, since the operator wrote them."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_chain(error))
    return event


def _chain(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
        yield "and then:"
    told = f": {error}" if isinstance(error, ImproperlyConfigured) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{told}"
    yield from _places(error.__traceback__)


def _places(trace: TracebackType | None) -> Iterator[str]:
    for frame in traceback.extract_tb(trace):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


class WithoutValues(logging.Filter):
    """Takes out of the lines of Django, Celery and Gunicorn what may be a person's: addresses as
    they were typed, and the texts of errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.") and hasattr(record, "request"):
            status = getattr(record, "status_code", "")
            record.msg, record.args = f"{record.name.removeprefix('django.')} {status}", ()
        elif record.name == "celery.app.trace" and isinstance(record.args, Mapping):
            record.args = {**record.args, "exc": "see its places"}
        elif record.name == "gunicorn.error" and str(record.msg).startswith(WITH_ADDRESS):
            record.msg, record.args = "a request could not be read, or answered to its end", ()
        return True


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    name_places,
]


def configure(*, json: bool, level: str) -> dict[str, Any]:
    """Sets up structlog and returns Django's LOGGING."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structlog": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "filters": {"without_values": {"()": WithoutValues}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "structlog",
                "filters": ["without_values"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # They tell whole URLs, which may hold a receiver's secret.
            **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "gunicorn.access")},
            # Through our handler, like all others; of a request that was merely refused it says no
            # more than LogMiddleware, and of each one Gunicorn would tell the address.
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {
                "handlers": [],
                "propagate": True,
                "level": "INFO" if level == "DEBUG" else level,
            },
        },
    }
