"""`manage.py add_product` as an administrator at a shell meets it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jobs.models import Product
from jobs.processors.registry import PROCESSORS
from manage import arguments
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_organization
from tests.services.ledger import DOCUMENT, Ledger


@pytest.fixture
def organization(db: None, monkeypatch: pytest.MonkeyPatch) -> Organization:
    monkeypatch.setitem(PROCESSORS, Ledger.kind, Ledger)
    return make_organization("Commands@PortalOrg")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


def add_product(file: Path | str, *more: str, organization: str = "Commands@PortalOrg") -> str:
    output = io.StringIO()
    call_command(
        "add_product",
        *(organization, "books", "--processor", "ledger", "--document", str(file), *more),
        stdout=output,
    )
    return output.getvalue()


def test_a_product_is_added_and_tested(organization: Organization, file: Path) -> None:
    output = add_product(file, "--name", "The books")

    product = Product.objects.get()
    assert (product.organization, product.code) == (organization, "books")
    assert product.display_name == "The books"
    assert "books is added" in output
    assert "3 tables can be read." in output


def test_the_second_time_adds_a_version(organization: Organization, file: Path) -> None:
    add_product(file)

    output = add_product(file)

    assert "version 2" in output
    assert Product.objects.get().versions.count() == 2


def test_settings_come_from_standard_input_too(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(DOCUMENT)))

    add_product("-")

    assert Product.objects.get().code == "books"


def test_every_problem_is_listed_with_its_path(organization: Organization, file: Path) -> None:
    file.write_text('{"tables": []}')

    with pytest.raises(CommandError) as refusal:
        add_product(file)

    assert "2 problems; nothing was changed" in str(refusal.value)
    assert "  url: An address is missing." in str(refusal.value)
    assert "  tables: Name a table at least." in str(refusal.value)
    assert refusal.value.returncode == 1
    assert not Product.objects.exists()


def test_check_adds_nothing(organization: Organization, file: Path) -> None:
    output = add_product(file, "--check")

    assert "3 tables can be read." in output
    assert not Product.objects.exists()


def test_check_fails_where_the_product_cannot_be_used(
    organization: Organization, file: Path
) -> None:
    file.write_text(json.dumps({**DOCUMENT, "url": "down"}))

    with pytest.raises(CommandError, match="cannot be used"):
        add_product(file, "--check")


def test_another_processor_needs_another_code(organization: Organization, file: Path) -> None:
    Product.objects.create(organization=organization, code="Books", processor="sql")

    with pytest.raises(CommandError, match="Books has the processor sql"):
        add_product(file)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"{", "is not JSON: .* line 1, column 2"),
        (b"\xff", "is not a text in UTF-8"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(
    organization: Organization, file: Path, text: bytes | None, words: str
) -> None:
    file.unlink() if text is None else file.write_bytes(text)

    with pytest.raises(CommandError, match=words):
        add_product(file)


def test_an_unknown_organization_is_answered_with_the_known_ones(
    organization: Organization, file: Path
) -> None:
    with pytest.raises(CommandError, match=r"no organization Nobody.*Commands@PortalOrg"):
        add_product(file, organization="Nobody")


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        (["add_product", "--settings", "f.json"], ["add_product", "--document", "f.json"]),
        (["add_product", "--settings=f.json"], ["add_product", "--document=f.json"]),
        (["migrate", "--settings", "x.y"], ["migrate", "--settings", "x.y"]),
    ],
)
def test_settings_are_the_products_for_this_command_only(
    given: list[str], handed_on: list[str]
) -> None:
    assert arguments(["manage.py", *given]) == ["manage.py", *handed_on]


def test_no_secret_is_printed(organization: Organization, file: Path, capsys: Any) -> None:
    output = add_product(file)

    assert "hunter2" not in output + "".join(capsys.readouterr())
