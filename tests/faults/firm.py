"""An organization whose product is a database of people and their orders, and what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from jobs.models import Attempt, Job, Product, ProductResponse
from jobs.services import products
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import submit
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization

ORDERS = 3  # of each person
SCHEMA = f"""
    CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE);
    CREATE TABLE orders (id int PRIMARY KEY, person int NOT NULL REFERENCES people, total numeric);
    CREATE INDEX ON orders (person);
    INSERT INTO people SELECT n, 'person' || n || '@example.org' FROM generate_series(1, 1000) n;
    INSERT INTO orders SELECT n, (n - 1) / {ORDERS} + 1, n * 1.5
        FROM generate_series(1, 1000 * {ORDERS}) n;
"""
MAPPING = {
    "people": {"identities": [{"namespace": "email", "column": "email", "normalized": True}]},
    "orders": {"parent": {"table": "people", "column": "person", "parent_column": "id"}},
}
DONE = ("complete", "6000-200", 1 + ORDERS)  # an answer, and its records
# Where a worker can be killed.
POINTS = ["claimed", "begun", "answered", "before-record-commit", "after-record-commit"]


def address(number: int) -> str:
    return f"person{number}@example.org"


def left(at: str) -> tuple[list[int], int]:
    """The people in the product's database, and how many orders are someone's."""
    with psycopg.connect(at) as connection:
        people = [pk for (pk,) in connection.execute("SELECT id FROM people ORDER BY id")]
        found = connection.execute("SELECT count(*) FROM orders JOIN people ON person = people.id")
        orders = connection.execute("SELECT count(*) FROM orders").fetchone()
        assert orders == found.fetchone()
        return people, orders[0]


@dataclass
class Firm:
    """In the test's own database; `at` is how psycopg gets to its product."""

    organization: Organization
    product: Product
    at: str

    def submit(self, numbers: Sequence[int], *actions: str) -> None:
        people = [
            PersonDraft(str(n), actions, (IdentityDraft("email", "Email", address(n)),))
            for n in numbers
        ]
        submit(
            organization=self.organization,
            by=SYSTEM,
            draft=RequestDraft(
                people=tuple(people),
                regulation="gdpr",
                regulation_given="gdpr",
                products=(self.product.code,),
            ),
        )

    def answers(self, action: str) -> list[tuple[str, str, int]]:
        """State, code and records of each response, in order."""
        found = ProductResponse.objects.filter(action=action).order_by("pk")
        return list(found.values_list("state", "outcome_code", "records_found"))


def firm(url: str, at: str, **document: Any) -> Firm:
    organization = Organization.objects.create(ims_org_id="Firm@PortalOrg", name="Firm")
    product = products.add(
        organization=organization,
        by=SYSTEM,
        code="crm",
        display_name="CRM",
        processor="sql",
        document={"url": url, "tables": MAPPING, **document},
    )
    return Firm(organization, product, at)


def all_closed() -> bool:
    return not Job.objects.filter(closed_at=None).exists()


def ended_once() -> bool:
    """Whether every response was closed by exactly one attempt."""
    closings = list(
        Attempt.objects.filter(state__in=["complete", "error"]).values_list("response_id")
    )
    return len(set(closings)) == len(closings) == ProductResponse.objects.count()
