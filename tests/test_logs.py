"""Logs name the kind and the places of an error, and nobody's data."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from privacyportal.logs import configure

SECRET = "anna@example.org"


@pytest.fixture(params=["json", "text"])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What a process writes, in either format."""
    before = structlog.get_config()
    wanted = configure(json=request.param == "json", level="INFO")
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter: Any = wanted["formatters"]["structlog"]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"]
        )
    )
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    structlog.configure(**before)


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(f"{SECRET} is wrong") from error


@pytest.mark.parametrize("logger", [logging.getLogger, structlog.stdlib.get_logger])
def test_an_exception_is_told_without_its_text(lines: io.StringIO, logger: Any) -> None:
    try:
        fail()
    except ValueError:
        logger("tests.logs").exception("it failed")

    written = lines.getvalue()
    assert SECRET not in written
    assert "it failed" in written
    assert "builtins.KeyError" in written
    assert "builtins.ValueError" in written
    assert "test_logs.py" in written
    assert "in fail" in written


def test_a_line_without_an_error_has_none(lines: io.StringIO) -> None:
    logging.getLogger("tests.logs").warning("all is well")

    written = lines.getvalue()
    assert "all is well" in written
    assert "exception" not in written
    if written.startswith("{"):
        assert json.loads(written)["level"] == "warning"
