"""(d) One person with 100,000 rows at one product: access and delete."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from jobs.models import Job, Product
from privacyportal.organizations.models import Organization
from tests.benchmarks import shops
from tests.benchmarks.fulfilment import submit_people
from tests.benchmarks.table import row

ORDERS = 33_333  # with two lines each, and the person: 100,000 rows


def measure() -> Iterator[str]:
    organization = Organization.objects.create(ims_org_id="Bench-d@PortalOrg", name="Bench d")
    shops.product(organization, "large", 2, orders=ORDERS)
    shops.product(organization, "small", 10)
    for action in ("access", "delete"):
        seconds, grown = _measured(organization, action)
        yield row(f"(d) {action} of one person with 100,000 rows", f"{seconds:.2f} s", "seconds")
        yield row("    growth of the worker's memory", f"{grown:.0f} MB", "< 64 MB")


def _measured(organization: Organization, action: str) -> tuple[float, float]:
    """In a process of its own that has worked before, on a product of ordinary people."""
    submit_people(organization, action, [0], ("small",))
    submit_people(organization, action, [0], ("large",))
    ids = dict(Product.objects.filter(organization=organization).values_list("code", "pk"))
    argv = [sys.executable, "-m", "tests.benchmarks.turns", str(ids["small"]), str(ids["large"])]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert not Job.objects.filter(organization=organization).exclude(state="complete").exists()
    seconds, grown = done.stdout.split()
    return float(seconds), float(grown)
