"""Systems behind the HTTP processor: the reference that is given out, and one that says what a test
gives it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from jobs.processors.base import Assignment, Outcome
from jobs.processors.http import HttpProcessor
from jobs.processors.http.signing import signed
from tests.processors.batches import person
from tests.processors.databases import LISTED
from tests.processors.remotes import SECRET, Answer, Reference, answering, reference

Start = Callable[..., Reference]
Says = Callable[..., HttpProcessor]


@pytest.fixture(autouse=True)
def on_this_machine(settings: Any) -> None:
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(reference(tmp_path, **how))


@pytest.fixture
def system(start: Start) -> Reference:
    made = start()
    made.add("a@example.org", "b@example.org", note="likes tea")
    return made


def email(action: str, value: str, **more: Any) -> Assignment:
    return person(action, ("email", value), **more)


def codes(answers: list[Outcome]) -> list[str]:
    return [answer.code for answer in answers]


def signed_answer(outcomes: list[Any], headers: dict[str, str], status: int = 200) -> Answer:
    body = json.dumps({"outcomes": outcomes}).encode()
    return status, signed([SECRET], headers["portal-signature"], body), body


@pytest.fixture
def says() -> Iterator[Says]:
    """A processor whose system says of everyone what a test gives it."""
    with ExitStack() as stack:

        def make(*, answer: Any = None, **said: Any) -> HttpProcessor:
            def one(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
                asked = json.loads(body)
                ids = asked.get("ids") or [one["id"] for one in asked["requests"]]
                return signed_answer([{"id": number, **said} for number in ids], headers)

            url = stack.enter_context(answering(answer or one))
            return HttpProcessor({"url": url, "secret": SECRET})

        yield make
