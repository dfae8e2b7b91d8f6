"""The demo's three products: their data, and how the portal reaches it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import URL, MetaData

from jobs.demo import analytics, crm, databases, shop
from jobs.models import Product
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Sample:
    """A product to be: its tables, their rows, and the settings' mapping of them."""

    code: str
    name: str
    metadata: MetaData
    rows: Callable[[], Mapping[str, Iterable[tuple[Any, ...]]]]
    tables: Callable[[], dict[str, Any]]
    in_postgres: bool


SAMPLES = (
    Sample("crm", "Customer register", crm.METADATA, crm.rows, crm.tables, True),
    Sample("webShop", "Web shop", shop.METADATA, shop.rows, shop.tables, False),
    Sample("analytics", "Visits", analytics.METADATA, analytics.rows, analytics.tables, True),
)


def keep(organization: Organization, say: Callable[[str], None]) -> list[Product]:
    """All three, with their data; settings follow a database that has moved to another port."""
    return [_keep(organization, sample, say) for sample in SAMPLES]


def _keep(organization: Organization, sample: Sample, say: Callable[[str], None]) -> Product:
    url = _place(sample, say)
    databases.fill(url, sample.metadata, sample.rows)
    given = url.render_as_string(hide_password=False)
    document = {"url": given, "tables": sample.tables()}
    product = products.find(organization, sample.code)
    if product is None:
        return products.add(
            organization=organization,
            by=SYSTEM,
            code=sample.code,
            display_name=sample.name,
            processor="sql",
            document={**document, "hash_key": secrets.token_hex(16)},
        )
    if products.with_secrets(product, {})["url"] != given:
        products.change_settings(product=product, by=SYSTEM, document=document)
    return product


def _place(sample: Sample, say: Callable[[str], None]) -> URL:
    if sample.in_postgres:
        try:
            return databases.postgres(sample.code)
        except databases.NotAllowed:
            say(
                f"The database's user may not create a database for the demo's {sample.code}: "
                "it gets a SQLite file instead."
            )
    return databases.sqlite(sample.code.lower())
