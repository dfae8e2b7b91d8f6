"""`manage.py create_demo`, as `make run` calls it at each start."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.demo import databases as places
from jobs.demo.people import example, people
from jobs.models import Job, PrivacyRequest, Product
from jobs.services import products
from privacyportal.organizations.models import Member, Organization, User
from privacyportal.organizations.permissions import Role
from privacyportal.organizations.services import credentials
from tests.demo.conftest import URL, create_demo

pytestmark = pytest.mark.usefixtures("databases", "db")
KEYS = ["url", "organization_id", "client_id", "client_secret", "users", "products", "example"]


def facts(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


def test_the_file_tells_how_to_get_in_and_only_its_owner_reads_it(file: Path) -> None:
    create_demo(file)

    told = facts(file)
    assert list(told) == KEYS
    assert told["url"] == URL
    assert told["organization_id"] == Organization.objects.get(is_demo=True).ims_org_id
    assert [user["role"] for user in told["users"]] == Role.values
    assert told["products"] == [{"code": "crm"}, {"code": "webShop"}, {"code": "analytics"}]
    assert told["example"] == example().email
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_the_file_says_lets_people_and_programs_in(file: Path) -> None:
    create_demo(file)

    told = facts(file)
    for user in told["users"]:
        assert set(user) == {"email", "password", "role"}
        assert User.objects.get(email=user["email"]).check_password(user["password"])
    assert credentials.issue_token(client_id=told["client_id"], client_secret=told["client_secret"])


def test_a_second_run_keeps_everything_and_follows_the_address(file: Path) -> None:
    create_demo(file)
    before = (facts(file), counts())

    create_demo(file, "http://portal.example:9000")

    assert (facts(file), counts()) == (
        {**before[0], "url": "http://portal.example:9000"},
        before[1],
    )


def test_a_run_that_was_interrupted_is_completed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("jobs.demo.history.submit", interrupt)
        with pytest.raises(KeyboardInterrupt):
            create_demo(file)
    assert not file.exists()

    create_demo(file)

    assert list(facts(file)) == KEYS
    assert counts()[:2] == (len(Role), 3)
    assert counts()[2] > 10


def test_where_the_file_is_lost_new_secrets_take_the_place_of_the_old(file: Path) -> None:
    create_demo(file)
    lost = facts(file)
    file.unlink()

    create_demo(file)

    told = facts(file)
    assert told["client_id"] != lost["client_id"]
    assert not credentials.is_live(lost["client_id"])
    assert not User.objects.get(email=lost["users"][0]["email"]).check_password(
        lost["users"][0]["password"]
    )
    assert counts()[0] == len(Role)


def test_a_database_with_an_organization_of_its_own_gets_no_demo(file: Path) -> None:
    Organization.objects.create(ims_org_id="Real@PortalOrg", name="Real")

    with pytest.raises(CommandError, match="no demo in it"):
        create_demo(file)

    assert not file.exists()
    assert counts() == (0, 0, 0, 0)


def test_people_are_known_to_several_products(file: Path) -> None:
    create_demo(file)

    found = {product.code: findings(product) for product in Product.objects.all()}

    assert found.keys() == {"crm", "webShop", "analytics"}
    for code, lines in found.items():
        assert [line.level for line in lines if line.level == "error"] == [], code
    assert rows("crm", "SELECT count(*) FROM customers WHERE email = %s", example().email) == 1
    assert rows("analytics", "SELECT count(*) FROM events") == 200_000
    assert rows("analytics", "SELECT count(*) FROM events WHERE ecid = %s", example().ecid) == 200


def test_the_people_are_the_same_at_every_installation() -> None:
    first = people()[0]

    assert (first.email, first.ecid) == (
        "dittmar.tintzmann.0@example.net",
        "63761787661186995827350266075272934716",
    )
    assert len({person.email for person in people()}) == len(people()) == 1000


def test_without_the_right_to_create_databases_the_products_are_files(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(name: str) -> None:
        raise places.NotAllowed

    monkeypatch.setattr(places, "postgres", refuse)

    create_demo(file)

    assert "may not create a database for the demo's crm" in capsys.readouterr().out
    for product in Product.objects.all():
        assert products.with_secrets(product, {})["url"].startswith("sqlite:////")
        assert [f.level for f in findings(product) if f.level == "error"] == []


def test_a_database_that_cannot_be_made_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = {**connection.get_connection_params(), "password": "wrong"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: parameters)

    with pytest.raises(places.NotAllowed):
        places.postgres("crm")


def test_the_command_needs_its_arguments() -> None:
    with pytest.raises(CommandError, match="--url, --file"):
        call_command("create_demo")


def counts() -> tuple[int, ...]:
    models = (Member, Product, PrivacyRequest, Job)
    return tuple(model._default_manager.count() for model in models)


def findings(product: Product) -> list[Any]:
    product.refresh_from_db()
    assert product.current_settings is not None
    document = products.with_secrets(product, product.current_settings.mapping)
    return products.test("sql", document)


def rows(product: str, query: str, *parameters: str) -> int:
    with places._connected(places.postgres(product)) as target:
        return target.exec_driver_sql(query, parameters).scalar_one()
