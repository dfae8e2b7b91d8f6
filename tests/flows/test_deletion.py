"""An organization is deleted while real workers are in the middle of its work."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command

from jobs.models import ProductResponse
from privacyportal import tenants
from privacyportal.organizations.models import Organization
from tests.faults.conftest import crm, database, places
from tests.faults.firm import Firm, left
from tests.flows.workers import until, workers

__all__ = ["crm", "database", "places"]

PEOPLE = range(1, 601)


def done() -> int:
    return ProductResponse.objects.filter(state="complete").count()


def test_workers_end_what_they_began_and_find_nothing_more(
    crm: Firm, places: dict[str, str], tmp_path: Path, capsys: Any
) -> None:
    with workers(tmp_path, ENGINE_BATCH_SIZE="3", **places) as log:
        crm.submit(PEOPLE, "access", "delete")
        until(lambda: done() > 30, log)
        call_command(
            "delete_organization", "Firm@PortalOrg", "--yes-delete", "Firm", "--drop-open-work"
        )
        people, _orders = left(crm.at)
        time.sleep(3)  # wakes and sweeps go on
        after, _orders = left(crm.at)
        told = log.read_text()

    rows = {
        model._meta.label
        for model in tenants.tables()
        if model._default_manager.filter(organization_id=crm.organization.pk).exists()
    }
    assert rows == {"audit.AuditEvent", "audit.AuditDetail"}
    assert not Organization.objects.filter(pk=crm.organization.pk).exists()
    assert people == after, "the product was left alone from then on"
    assert len(people) > 400, "it was not in the middle of work"
    assert "raised unexpected" not in told
    assert not [path for path in (tmp_path / "packages").rglob("*") if path.is_file()]
