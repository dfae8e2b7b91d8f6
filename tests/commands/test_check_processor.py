"""`manage.py check_processor` against a running endpoint, as somebody who builds one meets it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jobs.services import products
from privacyportal.actors import SYSTEM
from tests.api.conftest import make_organization
from tests.processors.databases import LISTED
from tests.processors.remotes import Reference, reference

ORGANIZATION = "Commands@PortalOrg"


@pytest.fixture
def system(db: None, tmp_path: Path, settings: Any) -> Iterator[Reference]:
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    organization = make_organization(ORGANIZATION)
    with reference(tmp_path) as made:
        products.add(
            organization=organization,
            by=SYSTEM,
            code="crm",
            display_name="",
            processor="http",
            document=made.document(),
        )
        yield made


def check(*more: str) -> str:
    output = io.StringIO()
    call_command("check_processor", ORGANIZATION, "crm", *more, stdout=output)
    return output.getvalue()


def test_the_reference_conforms(system: Reference) -> None:
    system.add("test@example.org", note="x" * 200_000)

    output = check("--person", "email=test@example.org")

    assert "mend  " not in output
    assert "The download is what its sha256 says." in output
    assert "Asked again with the same id, it gives the same answer." in output
    assert output.splitlines()[-1].startswith("All ")
    assert system.emails == ["test@example.org"]


def test_what_is_to_be_mended_is_said(system: Reference, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(system.system), "_known", lambda *_: None)  # it keeps no answers
    monkeypatch.setattr(
        type(system.system),
        "_do",
        lambda _self, _database, action, one: {"id": one["id"], "status": "done", "records": 1},
    )
    output = io.StringIO()

    with pytest.raises(CommandError, match="to mend"):
        call_command("check_processor", ORGANIZATION, "crm", stdout=output)

    assert "say not_found of who does not exist, not done" in output.getvalue()


def test_who_is_not_there(system: Reference) -> None:
    with pytest.raises(CommandError, match="no product shop"):
        call_command("check_processor", ORGANIZATION, "shop")
    with pytest.raises(CommandError, match="no organization Nobody"):
        call_command("check_processor", "Nobody", "crm")
    with pytest.raises(CommandError, match="--person email="):
        check("--person", "email")
