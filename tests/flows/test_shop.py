"""From the API to the package: five customers of a real shop, access and delete together."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from jobs.models import Job
from jobs.services import products
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Organization
from tests.api.conftest import JOBS, make_program
from tests.flows.workers import until, workers
from tests.real.shops import Shop, in_postgresql, in_sqlite

LISTED = "127.0.0.0/8,::1/128"


@pytest.fixture
def shops(transactional_db: None, tmp_path: Path, settings: Any) -> dict[str, Shop]:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    settings.PRODUCT_PRIVATE_HOSTS = LISTED.split(",")
    settings.PACKAGE_DIR = tmp_path / "packages"
    return {"store": in_sqlite(tmp_path), "ledger": in_postgresql()}


def test_five_customers_are_given_their_data_and_then_deleted(
    shops: dict[str, Shop], tmp_path: Path
) -> None:
    organization = Organization.objects.create(ims_org_id="Shop@PortalOrg", name="Shop")
    for code, shop in shops.items():
        products.add(
            organization=organization,
            by=SYSTEM,
            code=code,
            display_name=code.title(),
            processor="sql",
            document=shop.document(),
        )
    program = make_program(organization)
    customers = shops["store"].query(
        'SELECT "CustomerId", "Email" FROM "Customer" ORDER BY 1 LIMIT 5'
    )
    gone = {number for number, _ in customers}
    invoices = dict(
        shops["store"].query('SELECT "CustomerId", count(*) FROM "Invoice" GROUP BY 1 LIMIT 5')
    )
    before = {code: shop.checksums(gone) for code, shop in shops.items()}
    body = {
        "companyContexts": [{"namespace": "imsOrgID", "value": organization.ims_org_id}],
        "users": [
            {
                "key": f"customer {number}",
                "action": ["access", "delete"],
                "userIDs": [{"namespace": "email", "value": email, "type": "standard"}],
            }
            for number, email in customers
        ],
        "include": list(shops),
        "regulation": "gdpr",
    }

    with workers(tmp_path, PRODUCT_FILE_DIRS=str(tmp_path), PRODUCT_PRIVATE_HOSTS=LISTED) as log:
        answer = program.post(body)
        assert answer.status_code == 202, answer.content
        until(lambda: not Job.objects.filter(closed_at=None).exists(), log)

    assert set(Job.objects.values_list("action", "state")) == {
        ("access", "complete"),
        ("delete", "complete"),
    }
    accesses = Job.objects.filter(action="access").order_by("pk")
    for job, (number, email) in zip(accesses, customers, strict=True):
        package = program.get(f"{JOBS}/{job.public_id}/content")
        assert package.status_code == 200
        given = _files(b"".join(package.streaming_content))  # type: ignore[attr-defined]
        rows = [row for name, found in given.items() if "Customer" in name for row in found]
        assert [row["Email"] for row in rows] == [email] * 2
        found = [row for name, found in given.items() if "Invoice.json" in name for row in found]
        assert len(found) == 2 * invoices[number]
    for code, shop in shops.items():
        assert shop.checksums(gone) == before[code]
        assert shop.query('SELECT * FROM "Customer" WHERE "CustomerId" <= 5') == []


def _files(package: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return {
            name: json.loads(opened.read(name))
            for name in opened.namelist()
            if name.endswith(".json")
        }
