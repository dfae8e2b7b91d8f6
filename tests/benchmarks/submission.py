"""(a) POST /jobs with 1000 people × 9 identities × 2 actions × 3 products."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

from privacyportal.organizations.models import Organization
from tests.api.conftest import Program, make_organization, make_program
from tests.benchmarks.table import row


def measure() -> Iterator[str]:
    organization = make_organization("Bench-a@PortalOrg", "one", "two", "three")
    program = make_program(organization)
    post(program, organization, 10)
    seconds = min(timed(program, organization) for _ in range(3))
    tracemalloc.start()
    post(program, organization, 1000)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    yield row("(a) POST /jobs, 1000 people × 9 × 2 × 3", f"{seconds:.2f} s", "< 0.6 s")
    yield row("    peak memory of the call", f"{peak:.0f} MB", "< 150 MB")


def timed(program: Program, organization: Organization) -> float:
    begin = time.perf_counter()
    post(program, organization, 1000)
    return time.perf_counter() - begin


def post(program: Program, organization: Organization, people: int) -> None:
    answer = program.post(body(organization, people))
    assert answer.status_code == 202, answer.content[:500]


def body(organization: Organization, people: int) -> dict[str, Any]:
    mark = time.time_ns()
    return {
        "companyContexts": [{"namespace": "imsOrgID", "value": organization.ims_org_id}],
        "users": [
            {
                "key": f"person {n} of {mark}",
                "action": ["access", "delete"],
                "userIDs": [
                    {"namespace": "email", "value": f"p{n}-{i}-{mark}@example.org",
                     "type": "standard"}
                    for i in range(9)
                ],
            }
            for n in range(people)
        ],
        "include": ["one", "two", "three"],
        "regulation": "gdpr",
    }  # fmt: skip
