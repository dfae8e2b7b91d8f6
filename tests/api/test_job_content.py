"""GET /jobs/{jobId}/content: the ZIP, its manifest and page, and when there is none."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jobs.models import Job, PackageContent, Product
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.keys.services import destroy
from privacyportal.organizations.models import Organization
from privacyportal.organizations.permissions import Permission
from tests.api.bodies import document, identity, user
from tests.api.conftest import JOBS, Program, make_program
from tests.api.work import close, give, submit

CUSTOMERS = b'[{"name":"<b>Ann</b>","balance":12.50,"tags":["a"],"note":null}]'
LARGE = bytes(range(256)) * 4096


@pytest.fixture
def job(program: Program, settings, tmp_path: Path) -> Job:
    """A complete access: the CRM gave two files, the web shop a large one, the other nothing."""
    settings.PACKAGE_DIR = tmp_path
    (job,) = submit(
        program,
        document(
            users=[user(ids=[identity(), {"namespace": "Loyalty", "value": "secret-7"}])],
            include=["crm", "webshop", "target"],
        ),
    )
    close(job, records_found=3)
    give(job, "crm", {"customers.json": CUSTOMERS, "orders.json": b"[]"}, tmp_path)
    give(job, "WebShop", {"clicks.bin": LARGE}, tmp_path / "ab")
    return job


def content(program: Program, job: Job):
    return program.get(f"{JOBS}/{job.public_id}/content")


def unzipped(program: Program, job: Job) -> zipfile.ZipFile:
    response = content(program, job)
    assert response.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_the_zip_has_a_folder_per_product_even_an_empty_one(program: Program, job: Job) -> None:
    package = unzipped(program, job)

    root = str(job.public_id)
    assert package.testzip() is None
    assert package.namelist() == [
        f"{root}/",
        f"{root}/crm/",
        f"{root}/crm/customers.json",
        f"{root}/crm/orders.json",
        f"{root}/WebShop/",
        f"{root}/WebShop/clicks.bin",
        f"{root}/target/",
        f"{root}/manifest.json",
        f"{root}/index.html",
    ]
    assert package.read(f"{root}/crm/customers.json") == CUSTOMERS
    assert package.read(f"{root}/crm/orders.json") == b"[]"
    assert package.read(f"{root}/WebShop/clicks.bin") == LARGE


def test_the_manifest_tells_files_sizes_and_digests_but_no_value(
    program: Program, job: Job
) -> None:
    package = unzipped(program, job)

    text = package.read(f"{job.public_id}/manifest.json").decode()
    manifest = json.loads(text)
    assert manifest["job"] == str(job.public_id)
    assert manifest["identities"] == [{"namespace": "email"}, {"namespace": "Loyalty"}]
    assert [product["code"] for product in manifest["products"]] == ["crm", "WebShop", "target"]
    assert manifest["products"][1]["files"] == [
        {
            "name": "WebShop/clicks.bin",
            "size": len(LARGE),
            "sha256": hashlib.sha256(LARGE).hexdigest(),
        }
    ]
    assert "ann" not in text
    assert "secret-7" not in text


def test_the_page_shows_small_files_escaped_and_links_large_ones(
    program: Program, job: Job
) -> None:
    page = unzipped(program, job).read(f"{job.public_id}/index.html").decode()

    assert "&lt;b&gt;Ann&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "12.50" in page
    assert '<a href="WebShop/clicks.bin">' in page
    assert "Open the file to read it." in page
    assert "<script" not in page
    assert "src=" not in page


def test_the_answer_is_a_zip_with_a_safe_name_that_no_cache_keeps(
    program: Program, job: Job
) -> None:
    response = content(program.having(Accept="application/json"), job)
    b"".join(response.streaming_content)

    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="{job.public_id}.zip"'
    )
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["x-request-id"]


def test_every_download_is_recorded_without_a_value(program: Program, job: Job) -> None:
    unzipped(program, job)
    unzipped(program, job)

    events = AuditEvent.objects.filter(verb="package.download", target_id=str(job.public_id))
    assert events.count() == 2
    assert {event.actor_id for event in events} == {str(program.credential.public_id)}
    detail = AuditDetail.objects.get(event_id=events[0].pk).detail
    assert detail["files"] == 3
    assert "ann" not in json.dumps(detail).replace("channel", "")


def test_content_needs_its_own_permission_and_no_other(
    program: Program, organization: Organization, job: Job
) -> None:
    only_content = make_program(organization, Permission.CONTENT_READ)
    reader = make_program(organization, Permission.PRIVACY_READ, Permission.PRIVACY_WRITE)

    assert unzipped(only_content, job).testzip() is None
    assert content(reader, job).status_code == 403


def test_a_job_that_is_no_complete_access_has_no_package(program: Program) -> None:
    access, delete, failed = submit(
        program, document(users=[user("a", action=["access", "delete"]), user("b")])
    )
    close(delete)
    close(failed, code="1022-400")

    for job in (access, delete, failed):
        response = content(program, job)
        assert response.status_code == 404
        assert response.json()["detail"] == (
            "There is no package: this is not a complete access job."
        )


def test_an_expired_or_removed_package_is_gone(program: Program, job: Job) -> None:
    PackageContent.objects.filter(response__product_code="crm").update(
        body_sealed=None, removed_at=timezone.now()
    )
    assert content(program, job).status_code == 410

    PackageContent.objects.update(removed_at=None, expires_at=timezone.now() - timedelta(minutes=1))
    response = content(program, job)
    assert response.status_code == response.json()["status"] == 410
    assert response.json()["title"] == "Gone"
    assert not AuditEvent.objects.filter(verb="package.download").exists()


def test_a_package_whose_key_was_destroyed_is_gone(program: Program, job: Job) -> None:
    destroy(job.request.data_key_id)

    assert content(program, job).status_code == 410


def test_names_are_safe_wherever_they_are_unpacked(
    program: Program, organization: Organization, settings, tmp_path: Path
) -> None:
    settings.PACKAGE_DIR = tmp_path
    for code in ("../../etc", "a/b", "A?B", "index.html"):
        Product.objects.create(organization=organization, code=code, processor="sql")
    (job,) = submit(program, document(include=["../../etc", "a/b", "A?B", "index.html"]))
    close(job)
    give(job, "a/b", {"../x.json": b"{}", "X.json": b"1", "x.json": b"2"}, tmp_path)

    names = unzipped(program, job).namelist()

    root = f"{job.public_id}/"
    assert [name.removeprefix(root) for name in names] == [
        "",
        "_.._etc/",
        "a_b/",
        "a_b/_x.json",
        "a_b/X.json",
        "a_b/2-x.json",
        "2-A_B/",
        "2-index.html/",
        "manifest.json",
        "index.html",
    ]


def test_a_large_package_is_streamed_piece_by_piece(
    program: Program, settings, tmp_path: Path
) -> None:
    settings.PACKAGE_DIR = tmp_path
    (job,) = submit(program, document())
    close(job)
    give(job, "crm", {f"{n}.bin": LARGE for n in range(8)}, tmp_path)

    pieces = list(content(program, job).streaming_content)

    assert max(map(len, pieces)) <= 65_536
    package = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert all(package.read(f"{job.public_id}/crm/{n}.bin") == LARGE for n in range(8))
