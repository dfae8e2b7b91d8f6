"""One organization is exported and deleted, and the one beside it keeps every row."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from jobs.models import (
    Attempt,
    PackageContent,
    Product,
    ProductResponse,
)
from jobs.services import opened, submission
from jobs.services import organization_deletion as deletion
from jobs.services.drafts import RequestDraft
from privacyportal import tenants
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.models import DataKey, OrganizationKey
from privacyportal.organizations.models import Member, Organization, User, UserSession
from tests.api.conftest import Program, make_organization, make_program
from tests.services.full_organization import VALUES, fill

Counts = dict[str, int]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PACKAGE_DIR = tmp_path / "packages"
    settings.PACKAGE_DIR.mkdir()
    return tmp_path


@pytest.fixture
def two(db: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Program]:
    """Two organizations with a row of every table; a person who belongs to both."""
    made = []
    both = User.objects.create_user("both@example.org", "a long password")
    for name in ("Leaves@PortalOrg", "Stays@PortalOrg"):
        program = make_program(make_organization(name, "crm", "WebShop"))
        organization = program.credential.organization
        own = User.objects.create_user(f"{name.lower()}.example", "a long password")
        fill(program, own, folder / "packages", monkeypatch)
        Member.objects.create(organization=organization, user=both, role="officer")
        UserSession.objects.create(
            session_key=name, session_data="", expire_date="2099-01-01T00:00Z", user=both,
            organization=organization.public_id,
        )  # fmt: skip
        made.append(program)
    return made


def counts(organization: Organization) -> Counts:
    return {
        model._meta.label: model._default_manager.filter(organization_id=organization.pk).count()
        for model in tenants.tables()
    }


def files(folder: Path) -> int:
    return sum(1 for path in (folder / "packages").rglob("*") if path.is_file())


def delete(organization: Organization, *more: str) -> str:
    output = io.StringIO()
    call_command(
        "delete_organization", organization.ims_org_id, "--yes-delete", organization.name, *more,
        stdout=output,
    )  # fmt: skip
    return output.getvalue()


def test_every_table_with_rows_of_organizations_is_known_and_filled(two: list[Program]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE column_name = 'organization_id' AND table_schema = 'public'"
        )
        columns = {name for (name,) in cursor.fetchall()}

    assert {model._meta.db_table for model in tenants.tables()} == columns
    for program in two:
        empty = [label for label, n in counts(program.credential.organization).items() if not n]
        assert empty == []


def test_who_refers_goes_before_what_it_refers_to() -> None:
    order = {model._meta.label: n for n, model in enumerate(tenants.tables())}

    for before, after in (
        ("jobs.ProductResponse", "jobs.Job"),
        ("jobs.Job", "jobs.PrivacyRequest"),
        ("jobs.PrivacyRequest", "keys.DataKey"),
        ("jobs.PrivacyRequest", "organizations.Member"),
        ("jobs.ProductSettings", "jobs.Product"),
        ("keys.DataKey", "keys.OrganizationKey"),
    ):
        assert order[before] < order[after]


def test_who_refers_is_found_by_an_index(db: None) -> None:
    """The database looks for references to each row that goes: without an index through a whole
    table, a hundred thousand times."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT found.conrelid::regclass || '.' || part.attname FROM pg_constraint AS found
            JOIN pg_attribute AS part
                ON part.attrelid = found.conrelid AND part.attnum = found.conkey[1]
            WHERE found.contype = 'f' AND found.confrelid <> 'organizations_organization'::regclass
                AND NOT EXISTS (
                    SELECT FROM pg_index WHERE indrelid = found.conrelid
                        AND indkey[0] = found.conkey[1]
                )
            """
        )
        without = {name for (name,) in cursor.fetchall()}

    assert without == {"jobs_product.current_settings_id"}  # emptied before, and few


def test_one_is_deleted_and_the_other_keeps_every_row(two: list[Program], folder: Path) -> None:
    leaves, stays = (program.credential.organization for program in two)
    acts, before, stored = counts(leaves)["audit.AuditEvent"], counts(stays), files(folder)

    told = delete(leaves, "--drop-open-work")

    assert counts(stays) == before
    left = {label: n for label, n in counts(leaves).items() if n}
    assert left == {"audit.AuditEvent": acts + 2, "audit.AuditDetail": 1}
    assert not Organization.objects.filter(pk=leaves.pk).exists()
    assert files(folder) == stored / 2
    assert "Leaves@PortalOrg is deleted" in told
    assert two[1].get(regulation="gdpr").status_code == 200
    assert two[0].get().status_code in (401, 403)


def test_what_stays_says_that_it_was_deleted_and_nothing_else(two: list[Program]) -> None:
    leaves = two[0].credential.organization

    delete(leaves, "--drop-open-work")

    last = AuditEvent.objects.order_by("pk").last()
    assert last is not None
    assert (last.verb, last.target_id) == ("organization.delete", str(leaves.public_id))
    [detail] = AuditDetail.objects.filter(organization_id=leaves.pk)
    assert detail.event_id == last.pk
    assert detail.detail["organization"] == "Leaves@PortalOrg"
    assert detail.detail["rows"]["jobs.Job"] > 0


def test_accounts_go_with_their_last_organization(two: list[Program]) -> None:
    delete(two[0].credential.organization, "--drop-open-work")

    emails = set(User.objects.values_list("email", flat=True))
    assert emails == {"both@example.org", "stays@portalorg.example"}
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["Stays@PortalOrg"]


def test_open_work_is_a_reason_to_refuse(two: list[Program]) -> None:
    leaves = two[0].credential.organization
    before = counts(leaves)

    with pytest.raises(CommandError, match="jobs are open, and nothing was changed"):
        delete(leaves)

    assert counts(leaves) == before
    leaves.refresh_from_db()
    assert leaves.deleting_since is None


@pytest.mark.parametrize("name", ["", "leaves@portalorg", "Stays@PortalOrg"])
def test_it_is_confirmed_by_name(two: list[Program], name: str) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("delete_organization", "Leaves@PortalOrg", "--yes-delete", name)


STEPS: dict[str, Callable[..., Any]] = {
    "after it was closed": deletion.batches_at_work,
    "after the keys": deletion.delete_rows,
    "before the end": deletion.finish,
}


@pytest.mark.parametrize("step", STEPS)
def test_interrupted_it_cannot_be_read_and_goes_on(
    two: list[Program], step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves, stays = (program.credential.organization for program in two)
    before = counts(stays)

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deletion, STEPS[step].__name__, killed)
        with pytest.raises(KeyboardInterrupt):
            delete(leaves, "--drop-open-work")

    leaves.refresh_from_db()
    assert leaves.deleting_since
    assert two[0].get().status_code in (401, 403)
    assert not Product.objects.for_organization(leaves).filter(paused_at=None).exists()
    if step != "after it was closed":
        assert not DataKey.objects.filter(organization=leaves, destroyed_at=None).exists()
        wrapped = OrganizationKey.objects.filter(organization=leaves).values_list(
            "wrapped", flat=True
        )
        assert all(bytes(one) == b"" for one in wrapped)

    delete(leaves)

    assert {label for label, n in counts(leaves).items() if n} == {
        "audit.AuditEvent",
        "audit.AuditDetail",
    }
    assert counts(stays) == before


def test_interrupted_between_any_two_tables_it_goes_on(
    two: list[Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves, stays = (program.credential.organization for program in two)
    before = counts(stays)
    whole, ends = tenants.delete, iter(range(3, 40, 4))

    def ends_soon(model: Any, organization_id: int, returning: str = "") -> Iterator[Any]:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        yield from whole(model, organization_id, returning)

    monkeypatch.setattr(tenants, "delete", ends_soon)
    kills = 0
    for end in ends:
        left = [end]
        try:
            delete(leaves, "--drop-open-work")
        except KeyboardInterrupt:
            kills += 1
    left = [10**6]
    delete(leaves, "--drop-open-work")

    assert kills > 5
    assert not Organization.objects.filter(pk=leaves.pk).exists()
    assert counts(stays) == before


def test_steps_are_small_however_large_a_table_is(
    two: list[Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenants, "STEP", 2)
    monkeypatch.setattr(tenants, "LOOK", 3)
    leaves, stays = (program.credential.organization for program in two)
    before = counts(stays)

    found = [n for n, _ in tenants.delete(PackageContent, leaves.pk)]
    delete(leaves, "--drop-open-work")

    assert all(n <= 2 for n in found)
    assert counts(stays) == before
    assert not Organization.objects.filter(pk=leaves.pk).exists()


def test_what_others_have_is_passed_over_in_few_looks(two: list[Program]) -> None:
    """A deletion of nearly nothing beside millions of others' rows must not take a transaction for
    each few of them."""
    leaves = two[0].credential.organization
    delete(leaves, "--drop-open-work")

    with CaptureQueriesContext(connection) as queries:
        assert list(tenants.delete(Attempt, leaves.pk)) == []

    assert len(queries) == 3  # where the look ends, whether there is anything, and that it ended


def test_nothing_is_submitted_to_one_that_is_closed(two: list[Program]) -> None:
    organization = two[0].credential.organization
    deletion.close(organization=organization, by=SYSTEM, despite_open_work=True)
    draft = RequestDraft(regulation="gdpr", regulation_given="gdpr", products=("crm",), people=())

    with pytest.raises(submission.Closed):
        submission.submit(organization=organization, by=SYSTEM, draft=draft)
    with pytest.raises(CommandError, match="is being deleted"):
        call_command("create_credential", organization.ims_org_id, "x", "privacy_read")


def test_batches_at_work_are_waited_for_unless_their_worker_is_dead(two: list[Program]) -> None:
    organization = two[0].credential.organization
    product = Product.objects.for_organization(organization).earliest("pk")
    response = ProductResponse.objects.for_organization(organization).filter(state="due").first()
    assert response is not None
    own = ProductResponse.objects.filter(pk=response.pk)

    own.update(
        state="working", product=product, lease_token=response.public_id,
        lease_until="2099-01-01T00:00Z",
    )  # fmt: skip
    assert deletion.batches_at_work(organization) == 1

    own.update(lease_until="2000-01-01T00:00Z")
    assert deletion.batches_at_work(organization) == 0


def archive(organization: Organization, folder: Path) -> zipfile.ZipFile:
    call_command("export_organization", organization.ims_org_id, str(folder / "all.zip"))
    return zipfile.ZipFile(folder / "all.zip")


def test_an_export_holds_every_row_of_one_in_clear(two: list[Program], folder: Path) -> None:
    leaves = two[0].credential.organization
    before = counts(leaves)

    with archive(leaves, folder) as opened_archive:
        assert opened_archive.testzip() is None
        texts = {name: opened_archive.read(name) for name in opened_archive.namelist()}

    for label, number in before.items():
        rows = [json.loads(line) for line in texts[f"tables/{label}.jsonl"].splitlines()]
        assert len(rows) == number, label
        assert {row["organization_id"] for row in rows} == {leaves.pk}
    everything = b"\n".join(texts.values()).decode()
    assert [value for value in VALUES if value not in everything] == []
    assert "Stays@PortalOrg" not in everything
    assert AuditEvent.objects.filter(verb="organization.hand_over").count() == 1


def test_an_export_is_its_owners_alone_and_holds_no_secrets(
    two: list[Program], folder: Path
) -> None:
    with archive(two[0].credential.organization, folder) as opened_archive:
        everything = b"\n".join(map(opened_archive.read, opened_archive.namelist())).decode()

    assert stat.S_IMODE((folder / "all.zip").stat().st_mode) == 0o600
    assert "secret-of-the-product" not in everything
    assert "argon2" not in everything
    assert "IN CLEAR" in everything


def test_an_export_replaces_nothing(two: list[Program], folder: Path) -> None:
    (folder / "all.zip").write_text("mine")

    with pytest.raises(CommandError, match="is there already"):
        archive(two[0].credential.organization, folder)


def test_every_sealed_value_is_opened_or_left_out_on_purpose() -> None:
    sealed = {
        (model._meta.label, field.name)
        for model in tenants.tables()
        for field in model._meta.concrete_fields
        if isinstance(field, models.BinaryField) and field.name.endswith("_sealed")
    }
    known = {(label, name) for label, one in opened.OPENERS.items() for name in one.places}

    assert known | opened.NEVER == sealed
    assert not known & opened.NEVER
