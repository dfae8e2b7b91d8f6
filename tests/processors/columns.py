"""One column of any type: the code that a person is known by, or what an access gives of them."""

from __future__ import annotations

from typing import Any

from jobs.processors.base import Outcome
from jobs.processors.sql import SqlProcessor
from tests.processors.batches import ANNA, Call, person
from tests.processors.databases import Database

KEY = {"identities": [{"namespace": "email", "column": "email"}]}
CHILD = {"parent": {"table": "people", "column": "of", "parent_column": "code"}}


def of_code(**people: Any) -> dict[str, Any]:
    """A mapping of people whom a code identifies."""
    identities = [{"namespace": "member", "column": "code"}]
    return {"people": {"identities": identities, **people}}


def body(outcome: Outcome) -> str:
    assert outcome.content is not None
    assert outcome.content.body is not None
    return outcome.content.body.decode()


def given(database: Database, call: Call) -> str:
    """What an access gives of Anna's column `it`, as JSON to the letter."""
    processor = SqlProcessor(database.document({"people": {**KEY, "give": ["it"]}}))
    [outcome] = call(processor, "access", person("access", ANNA))
    return body(outcome)
