"""One file of a package, and the package of a job in error."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.utils import timezone

from jobs.models import Job, PackageContent
from jobs.services import package_preview, packages
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization
from tests.api.bodies import document
from tests.api.conftest import make_program
from tests.api.work import close, give, submit

SMALL = b'[{"id": 1}]'
LARGE = bytes(range(256)) * 4096  # several sealed chunks


@pytest.fixture
def job(organization: Organization, settings: Any, tmp_path: Path) -> Job:
    settings.PACKAGE_DIR = tmp_path
    body = document(organization.ims_org_id, include=["crm", "WebShop"])
    [job] = submit(make_program(organization), body)
    give(job, "WebShop", {"a.bin": LARGE, "b.json": SMALL, "c.bin": LARGE[:1000]}, tmp_path / "ab")
    return job


def read(job: Job, place: str) -> bytes:
    file = package_preview.find(job, place)
    assert file is not None
    return b"".join(package_preview.download(job=job, file=file, by=SYSTEM))


def fail_crm(job: Job) -> None:
    close(job, code="1010-400", outcome_detail="sql.permission", outcome_params={"name": "people"})
    job.responses.filter(product_code="WebShop").update(state="complete", outcome_code="6000-200")


def test_a_file_is_cut_out_of_its_body_wherever_it_lies(job: Job) -> None:
    close(job)

    assert [read(job, f"2-{n}") for n in (1, 2, 3)] == [LARGE, SMALL, LARGE[:1000]]
    assert package_preview.find(job, "2-4") is None
    assert package_preview.find(job, "1-1") is None


def test_of_a_large_file_only_the_beginning_is_read(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_preview, "READ", 5)
    close(job)
    file = package_preview.find(job, "2-2")
    assert file is not None

    reading = package_preview.preview(job=job, file=file, by=SYSTEM)

    assert reading.cut
    assert "id" not in str(reading.tables)


def test_a_place_means_the_same_file_whatever_comes_later(job: Job, tmp_path: Path) -> None:
    before = read(job, "2-2")
    give(job, "crm", {"people.json": b"[]"}, tmp_path)

    assert read(job, "2-2") == before == SMALL
    assert read(job, "1-1") == b"[]"


def test_looking_is_on_record_like_a_download(job: Job) -> None:
    file = package_preview.find(job, "2-2")
    assert file is not None

    package_preview.preview(job=job, file=file, by=SYSTEM)

    act = AuditEvent.objects.get(verb="package.preview", target_id=str(job.public_id))
    detail = AuditDetail.objects.get(pk=act.pk).detail
    assert (detail["product"], detail["file"], detail["bytes"]) == ("WebShop", "2-2", len(SMALL))


@pytest.mark.parametrize("closed", [True, False])
def test_what_is_no_longer_kept_is_not_shown(job: Job, closed: bool) -> None:
    if closed:
        close(job)
    PackageContent.objects.update(expires_at=timezone.now())
    with pytest.raises(package_preview.Expired):
        package_preview.find(job, "2-2")

    PackageContent.objects.update(expires_at=timezone.now() + timedelta(days=1))
    destroy(job.request.data_key_id)
    job.request.data_key.refresh_from_db()
    with pytest.raises(package_preview.Expired):
        package_preview.find(job, "2-2")


def test_a_job_in_error_gives_what_there_is_and_says_what_is_missing(job: Job) -> None:
    fail_crm(job)
    package = packages.find_incomplete(job)
    assert package is not None
    assert packages.find(job) is None

    zipped = ZipFile(BytesIO(b"".join(packages.download(package=package, by=SYSTEM))))

    root = f"{job.public_id}/"
    assert package.file_name == f"{job.public_id}-incomplete.zip"
    note = zipped.read(f"{root}INCOMPLETE.txt").decode()
    assert "- crm: The database user may not do this to people." in note
    assert "WebShop" not in note
    assert "This is incomplete." in zipped.read(f"{root}index.html").decode()
    assert json.loads(zipped.read(f"{root}manifest.json"))["incomplete"] is True
    assert zipped.read(f"{root}WebShop/b.json") == SMALL


def test_a_complete_package_says_nothing_of_that(job: Job) -> None:
    close(job)
    package = packages.find(job)
    assert package is not None

    zipped = ZipFile(BytesIO(b"".join(packages.download(package=package, by=SYSTEM))))

    assert package.file_name == f"{job.public_id}.zip"
    assert not any("INCOMPLETE" in name for name in zipped.namelist())
    assert "incomplete" not in zipped.read(f"{job.public_id}/manifest.json").decode()


def test_where_no_product_gave_anything_there_is_no_package(job: Job) -> None:
    PackageContent.objects.all().delete()
    fail_crm(job)

    assert packages.find_incomplete(job) is None
