"""(f) 100,000 identities in one consent call: accepted, and their jobs made."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from django.test import Client

from consent.models import ConsentCall
from consent.services import calls
from jobs.models import Product
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_program
from tests.benchmarks.table import row

IDENTITIES = 100_000
CONSENT = "/data/core/privacy/consent"


def measure() -> Iterator[str]:
    organization = Organization.objects.create(ims_org_id="Bench-f@PortalOrg", name="Bench")
    for code in ("one", "two", "three"):
        Product.objects.create(
            organization=organization,
            code=code,
            processor="sql",
            actions=["access", "delete", "opt-out-of-sale"],
        )
    program = make_program(organization)
    values = [f"choice{n}@example.org" for n in range(IDENTITIES)]
    body = {"optOutOfSale": True, "entities": [{"nameSpace": "email", "values": values}]}
    sent = json.dumps(body).encode()
    begin = time.perf_counter()
    answer = Client().post(CONSENT, sent, content_type="application/json", headers=program.headers)
    assert answer.status_code == 202, answer.content[:300]
    yield row(
        f"(f) POST /consent, {IDENTITIES} identities",
        f"{time.perf_counter() - begin:.2f} s",
        "< 5 s",
    )
    begin = time.perf_counter()
    while calls.make_open_jobs():
        pass
    assert ConsentCall.objects.get().closed_at
    yield row(
        f"    their jobs made, × {Product.objects.filter(organization=organization).count()}",
        f"{IDENTITIES / (time.perf_counter() - begin):.0f} jobs/s",
        "",
    )
