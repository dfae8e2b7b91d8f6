"""`manage.py submit_request` as an operator at a shell meets it."""

from __future__ import annotations

import io
import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.models import Identity, Job, PrivacyRequest, Product
from jobs.services import submission
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.conftest import make_organization
from tests.engine.conftest import Trial, trial

__all__ = ["trial"]

ID = "Commands@PortalOrg"
CSV = "key,email,action,regulation,products\n"


@pytest.fixture
def organization(db: None) -> Organization:
    return make_organization(ID, "crm", "shop")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(
        f"{CSV}ann,ann@example.com,access+delete,gdpr,crm\nbo,bo@example.com,access,gdpr,crm\n"
    )
    return path


def run(*arguments: str, given: str = "", organization: str = ID) -> str:
    output = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(given))
        call_command("submit_request", organization, *arguments, stdout=output)
    return output.getvalue()


def refused(*arguments: str, given: str = "") -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments, given=given)
    assert not PrivacyRequest.objects.exists()
    return str(error.value)


def test_a_file_becomes_a_request_by_the_operator(organization: Organization, people: Path) -> None:
    output = run(str(people), "--yes")

    request = PrivacyRequest.objects.get()
    assert (request.organization, request.channel) == (organization, "upload")
    assert request.submitted_by_kind == "system"
    assert sorted(Job.objects.values_list("action", flat=True)) == ["access", "access", "delete"]
    assert f"request {request.request_id}" in output
    assert AuditEvent.objects.get().verb == "request.submit"


def test_a_dry_run_says_what_it_would_do_and_makes_nothing(
    organization: Organization, people: Path
) -> None:
    output = run(str(people), "--dry-run")

    assert "2 people, 1 request" in output
    assert "2 jobs" in output
    assert "Nothing was made" in output
    assert not PrivacyRequest.objects.exists()


def test_text_is_read_as_the_form_reads_it(organization: Organization) -> None:
    run(
        *("--regulation", "gdpr", "--actions", "access", "--channel", "letter"),
        *("--reference", "17"),
        given="ann@example.com, phone: +46 70 123 45 67\nCUST-2 | bo@example.com\n",
    )

    request = PrivacyRequest.objects.get()
    assert (request.channel, request.external_reference) == ("letter", "17")
    assert Identity.objects.count() == 3
    codes = Job.objects.values_list("responses__product_code", flat=True)
    assert set(codes) == {"crm", "shop"}, "all products, where none is named"


def test_every_problem_of_a_file_is_told_with_its_line(
    organization: Organization, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"{CSV}a,ann@,access,gdpr,crm\nb,b@example.com,burn,gdprr,sap\n")

    told = refused(str(file))

    assert "people.csv has 4 problems; nothing was made." in told
    assert "line 2, email" in told
    assert all(f"line 3, {column}" in told for column in ("action", "regulation", "products"))


def test_every_problem_of_a_text_is_told_with_its_line(organization: Organization) -> None:
    told = refused("--regulation", "gdpr", "--actions", "access", given="ann@\n\nnobody: 1\n")

    assert "2 problems" in told
    assert "Line 1" in told
    assert "Line 3" in told


def test_what_a_file_does_not_say_is_asked_for_together(
    organization: Organization, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Kundnr,Adress\n1,ann@example.com\n")

    told = refused(str(file))

    assert "--actions" in told
    assert "--regulation" in told
    assert "--column 'Kundnr=key'" in told
    assert "ann@example.com" not in told


def test_columns_are_named(organization: Organization, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Kundnr,Adress\n1,ann@example.com\n")

    run(
        *(str(file), "--column", "Kundnr=key", "--column", "Adress=email"),
        *("--regulation", "gdpr", "--actions", "access", "--products", "CRM"),
    )

    assert Identity.objects.get().namespace == "email"
    assert Job.objects.get().responses.get().product_code == "crm"


def test_the_contracts_json_is_taken(organization: Organization, tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    body: dict[str, Any] = {
        "companyContexts": [{"namespace": "imsOrgID", "value": ID}],
        "users": [
            {
                "key": "ann",
                "action": ["access"],
                "userIDs": [{"namespace": "email", "value": "a@example.com", "type": "standard"}],
            }
        ],
        "include": ["crm"],
        "regulation": "gdpr",
        "requestId": "ours-17",
    }
    file.write_text(json.dumps(body))

    run(str(file))

    assert PrivacyRequest.objects.get().request_id == "ours-17"
    assert "made before" in run(str(file))
    assert PrivacyRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--regulation", "gdprr"], "gdprr is not the code of a law. Known: gdpr"),
        (["--products", "sap"], "No such product: sap. Known: crm, shop."),
        (["--namespace", "odd"], "odd is not a namespace"),
        ([], "--regulation gdpr"),
        (["absent.csv"], "absent.csv cannot be read: No such file or directory."),
    ],
)
def test_what_is_wrong_is_answered_with_what_is_known(
    organization: Organization, arguments: list[str], sentence: str
) -> None:
    assert sentence in refused(*arguments)


def test_deletes_are_confirmed(organization: Organization, people: Path) -> None:
    assert "delete 1 person: say --yes" in refused(str(people))


def test_what_was_interrupted_goes_on_and_nothing_is_made_twice(
    organization: Organization, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(CSV + "".join(f"k{n},p{n}@example.com,access,gdpr,crm\n" for n in range(2500)))
    submit, calls = submission.submit, []

    def ends_in_the_middle(**given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return submit(**given)

    with monkeypatch.context() as patch:
        patch.setattr(submission, "submit", ends_in_the_middle)
        with pytest.raises(KeyboardInterrupt):
            run(str(file), "--request-id", "may")
    assert PrivacyRequest.objects.count() == 2

    output = run(str(file), "--request-id", "may")

    assert output.count("made before") == 2
    ids = PrivacyRequest.objects.order_by("pk").values_list("request_id", flat=True)
    assert list(ids) == ["may-1", "may-2", "may-3"]
    assert Job.objects.count() == 2500


def test_another_request_with_the_id_is_not_taken_for_it(
    organization: Organization, people: Path, tmp_path: Path
) -> None:
    run(str(people), "--yes", "--request-id", "may")
    other = tmp_path / "other.csv"
    other.write_text(f"{CSV}eva,eva@example.com,access,gdpr,crm\n")

    with pytest.raises(CommandError, match="There is another request may"):
        run(str(other), "--request-id", "may")


def test_help_says_why_identities_are_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        call_command("submit_request", "--help")

    assert "Identities are never arguments" in capsys.readouterr().out


@dataclass
class Ended:
    output: str
    error: CommandError | None


def wait_for(trial: Trial, people: str, *more: str) -> Ended:
    """What the command says that waits, while somebody else works."""
    over, output, error = threading.Event(), io.StringIO(), None

    def work() -> None:
        while not over.wait(0.1):
            if Job.objects.exists():
                turn(trial.product.pk)
                sweep()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    arguments = ("--regulation", "gdpr", "--actions", "access", "--wait", *more)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(people))
            call_command("submit_request", "Trial@PortalOrg", *arguments, stdout=output)
    except CommandError as told:
        error = told
    finally:
        over.set()
        worker.join()
    return Ended(output.getvalue(), error)


def test_waiting_ends_when_all_is_complete(trial: Trial) -> None:
    ended = wait_for(trial, "ann@example.com\nbo@example.com\n")

    assert ended.error is None
    assert "complete" in ended.output
    assert "6000-200 Success" in ended.output


def test_waiting_fails_where_a_job_does(trial: Trial) -> None:
    ended = wait_for(trial, "refuse@example.com\nbo@example.com\n")

    assert "1 of 2 jobs completed." in str(ended.error)
    assert "1010-400" in ended.output


def test_waiting_ends_with_its_time(trial: Trial) -> None:
    Product.objects.update(paused_at="2026-01-01T00:00Z")

    ended = wait_for(trial, "ann@example.com\n", "--timeout", "0.2")

    assert "0 of 1 job completed, 1 are not over." in str(ended.error)
