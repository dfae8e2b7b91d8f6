"""What a job of another service means: never better than its products, and in our words."""

from __future__ import annotations

import pytest

from jobs.processors.base import Outcome
from jobs.processors.upstream import UpstreamProcessor
from jobs.processors.upstream.answers import outcome as outcome_of
from jobs.processors.upstream.api import Detail, ProductAnswer, ProductStatus, Results
from tests.processors.batches import ANNA, person


def ended(status: str, *codes: str, ignored: tuple[list[str], ...] = ()) -> Outcome:
    given = ignored or ([],) * len(codes)
    products = [
        ProductAnswer(ProductStatus("", f"PRVCY-{code}", Results(passed) if passed else None), "p")
        for code, passed in zip(codes, given, strict=True)
    ]
    asked = person("delete", ANNA, ("phone", "123"))
    return outcome_of(asked, Detail("job", status, 3, products))


@pytest.mark.parametrize(
    ("status", "codes", "code", "detail"),
    [
        ("complete", ["6000-200"], "6000-200", ""),
        ("complete", ["6000-200", "6052-200"], "6000-200", ""),
        ("complete", ["6000-200", "6054-200"], "6054-200", ""),
        ("complete", ["6052-200", "6053-200", "6051-200"], "6052-200", ""),
        ("complete", ["6053-200"], "6053-200", ""),
        ("complete", ["1001-400"], "6051-200", ""),
        ("complete", ["6053-200", "1001-400"], "6053-200", ""),
        ("complete", ["6000-200", "1010-400"], "1010-400", "upstream.failed_partly"),
        ("complete", [], "1024-400", "upstream.strange"),
        ("complete", ["7777-200"], "1024-400", "upstream.strange"),
        ("error", ["1022-400"], "1022-400", "upstream.failed"),
        ("error", ["1022-400", "1021-400"], "1021-400", "upstream.failed"),
        ("error", ["9999-400"], "1021-400", "upstream.failed"),
        ("error", ["6000-200"], "1021-400", "upstream.failed_job"),
    ],
)
def test_a_job_is_never_better_than_its_products(
    status: str, codes: list[str], code: str, detail: str
) -> None:
    outcome = ended(status, *codes)

    assert (outcome.code, outcome.detail) == (code, detail)
    if detail:
        assert str(UpstreamProcessor.sentences[detail]) % outcome.params


def test_an_identity_is_ignored_where_every_product_passed_over_it() -> None:
    outcome = ended("complete", "6000-200", "6000-200", ignored=(["123"], ["123", "x"]))

    assert (outcome.processed, outcome.ignored) == ((0,), (1,))
    assert ended("complete", "6000-200", "6000-200", ignored=(["123"], [])).ignored == ()
