"""The pages of products: how each does, setting one up, its versions, limits and pauses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import Product, ProductResponse, WorkedBatch
from jobs.services import product_retries, products
from privacyportal.actors import SYSTEM
from privacyportal.audit.models import AuditDetail, AuditEvent
from privacyportal.organizations.models import Organization
from tests.api.bodies import document, user
from tests.api.conftest import Program
from tests.api.work import close, submit
from tests.processors.databases import Database, sqlite_database
from tests.processors.orders import PEOPLE, tables
from tests.sessions import signed_in


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Database:
    settings.PRODUCT_FILE_DIRS = [tmp_path]
    return sqlite_database(tmp_path, PEOPLE)


@pytest.fixture
def product(organization: Organization, shop: Database) -> Product:
    return products.add(
        organization=organization,
        by=SYSTEM,
        code="shop",
        display_name="Shop",
        processor="sql",
        document=shop.document(tables()),
    )


def typed(shop: Database, **changes: str) -> dict[str, str]:
    known = shop.document(tables())
    return {
        "code": "books",
        "display_name": "Books",
        "s-url": known["url"],
        "s-hash_key": known.get("hash_key", ""),
        "s-tables": json.dumps(known["tables"]),
        **changes,
    }


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def at(product: Product, tail: str = "") -> str:
    return f"/products/{product.public_id}/{tail}"


def test_the_list_tells_how_each_product_does(
    program: Program, administrator: Client, organization: Organization
) -> None:
    jobs = submit(program, document(users=[user(k) for k in "abc"]))
    [crm] = Product.objects.filter(code="crm")
    WorkedBatch.objects.create(
        organization_id=organization.pk, product_id=crm.pk, ended_at=timezone.now(),
        seconds=2.0, complete=39, error=1,
    )  # fmt: skip
    close(jobs[0])

    [row] = [r for r in administrator.get("/products/").context["rows"] if r.product == crm]

    waiting = ProductResponse.objects.filter(product=crm, state="due").count()
    assert row.health.waiting.number == waiting > 0
    assert (row.health.tried, row.health.failed, row.rate) == (40, 1, "2.5 %")
    assert row.age == "1 s"


def test_a_product_is_connected_tried_and_added(administrator: Client, shop: Database) -> None:
    assert "SQL database" in read(administrator, "/products/new/")
    assert "Connection URL" in read(administrator, "/products/new/sql/")

    tried = administrator.post("/products/new/sql/", typed(shop, test="1"))
    assert "Connected to SQLite" in tried.content.decode()
    assert not Product.objects.filter(code="books").exists()

    added = administrator.post("/products/new/sql/", typed(shop))
    product = Product.objects.get(code="books")
    assert added["Location"] == at(product)
    page = read(administrator, at(product))
    assert "Books is set up." in page
    assert AuditEvent.objects.filter(verb="product.add").exists()


def test_every_problem_stands_at_its_field(administrator: Client, shop: Database) -> None:
    tables = '{"people": {"identities": [{"namespace": "email"}]}, "orders": {}}'
    wrong = typed(shop, **{"code": "a b", "s-tables": tables})

    form = administrator.post("/products/new/sql/", wrong).context["form"]

    assert "Use letters, digits" in str(form.errors["code"])
    told = str(form.errors["s-tables"])
    assert "people.identities[0]" in told
    assert "orders: A table has either identities or a parent." in told
    assert not Product.objects.filter(code="books").exists()
    broken = typed(shop, **{"s-tables": "{"})
    form = administrator.post("/products/new/sql/", broken).context["form"]
    assert "This is not JSON" in str(form.errors["s-tables"])


def test_settings_change_in_versions_and_go_back(
    administrator: Client, product: Product, shop: Database
) -> None:
    secret = shop.document(tables())["url"]
    assert secret not in read(administrator, at(product, "settings/"))
    changed = {**tables(), "people": {**tables()["people"], "give": ["name"]}}

    answer = administrator.post(at(product, "settings/"), {"s-tables": json.dumps(changed)})

    assert answer["Location"] == at(product)
    product.refresh_from_db()
    assert product.current_settings is not None
    assert product.current_settings.number == 2
    assert products.with_secrets(product, {})["url"] == secret
    page = read(administrator, at(product, "versions/"))
    assert "tables.people.give" in page
    administrator.post(at(product, "versions/1/use/"))
    product.refresh_from_db()
    assert product.current_settings.number == 3
    assert product.current_settings.mapping["tables"] == tables()
    assert administrator.post(at(product, "versions/99/use/")).status_code == 404


def test_limits_and_name(administrator: Client, product: Product) -> None:
    administrator.post(
        at(product), {"display_name": "Web", "parallel_limit": "1", "per_minute": "600"}
    )

    product.refresh_from_db()
    assert (product.display_name, product.parallel_limit, product.per_minute) == ("Web", 1, 600)
    assert AuditEvent.objects.filter(verb="product.limit").count() == 1
    answer = administrator.post(at(product), {"parallel_limit": "0", "per_minute": "many"})
    assert set(answer.context["form"].errors) == {"parallel_limit", "per_minute"}


def test_a_pause_and_its_end(administrator: Client, product: Product) -> None:
    administrator.post(at(product, "pause/"))
    page = read(administrator, at(product))
    assert "Paused" in page
    assert "Resume" in page
    administrator.post(at(product, "resume/"))
    product.refresh_from_db()
    assert product.paused_at is None


def test_who_may(organization: Organization, stranger: Program, product: Product) -> None:
    officer, staff = signed_in(organization, "officer"), signed_in(organization, "staff")
    outside = signed_in(stranger.credential.organization, "administrator")

    assert "Add a product" not in read(officer, "/products/")
    assert officer.get(at(product)).status_code == 200
    assert officer.get(at(product, "settings/")).status_code == 403
    for tail in ("", "pause/", "resume/", "versions/1/use/"):
        assert officer.post(at(product, tail), {}).status_code == 403
        assert outside.post(at(product, tail), {}).status_code == 404
    assert staff.get("/products/").status_code == 403
    assert outside.get(at(product)).status_code == 404


def test_tables_are_looked_at_mapped_previewed_and_saved(
    administrator: Client, shop: Database
) -> None:
    begun = {"code": "books", "s-url": shop.document({})["url"], "s-tables": ""}
    looked = administrator.post("/products/new/sql/", {**begun, "look": "1"})
    assert {table.choice.name for table in looked.context["used"]} == {"orders", "people"}
    chosen = {
        **begun,
        "mapped": "1",
        "use:people": "on",
        "via:people": "",
        "do:people": "delete",
        "label:people:email": "email",
        "label:people:name": "personal",
    }

    person = {"namespace": "email", "value": "anna@example.org", "preview": "1"}
    seen = administrator.post("/products/new/sql/", chosen | person).content.decode()
    assert "<del>anna@example.org</del>" in seen
    assert AuditEvent.objects.filter(verb="product.preview").count() == 1
    assert "anna" not in str(list(AuditDetail.objects.values_list("detail", flat=True)))
    answer = administrator.post("/products/new/sql/", chosen)

    product = Product.objects.get(code="books")
    assert answer["Location"] == at(product)
    assert product.current_settings is not None
    assert product.current_settings.mapping["tables"]["people"]["identities"] == [
        {"namespace": "email", "column": "email"}
    ]


def test_a_look_that_fails_says_why(administrator: Client, tmp_path: Path, shop: Database) -> None:
    url = f"sqlite:///{tmp_path}/nothing.sqlite"
    answer = administrator.post(
        "/products/new/sql/", {"code": "books", "s-url": url, "s-tables": "", "look": "1"}
    )

    assert answer.context["unseen"]
    assert not answer.context["used"]


REMOTE = {
    "http": {"s-url": "https://crm.example.org/privacy", "s-secret": "s" * 40, "s-opt_out": "on"},
    "opendsr": {
        "s-url": "https://dsr.example.org/v2",
        "s-path": "requests",
        "s-identities": '[{"namespace": "email", "type": "email"}]',
        "s-does": "both",
        "s-access_type": "access",
    },
    "upstream": {
        "s-url": "https://up.example.org",
        "s-token_url": "https://up.example.org/token",
        "s-client_id": "id",
        "s-client_secret": "hush",
        "s-organization": "Up@PortalOrg",
        "s-include": "crm\nshop",
    },
}


@pytest.mark.parametrize("kind", REMOTE)
def test_a_remote_system_is_set_up_by_its_form_and_shows_where_it_calls_back(
    administrator: Client, organization: Organization, kind: str
) -> None:
    assert "Test connection" in read(administrator, f"/products/new/{kind}/")
    wrong = {**REMOTE[kind], "code": "far", "s-url": "ftp://x"}
    told = administrator.post(f"/products/new/{kind}/", wrong).content.decode()
    assert "must begin with https://" in told

    made = administrator.post(
        f"/products/new/{kind}/", {"code": "far", "display_name": "Far", **REMOTE[kind]}
    )

    assert made.status_code == 302, made.content.decode()
    product = Product.objects.get(code="far")
    assert "hush" not in json.dumps(product.current_settings.mapping)
    shown = read(administrator, at(product))
    assert f"/callbacks/{product.public_id}/" in shown
    assert ".example.org" in shown
    assert "opt-out-of-sale" in product.actions or kind != "http"


def test_an_officer_retries_what_is_in_error_there_and_is_told(
    organization: Organization, program: Program
) -> None:
    officer = signed_in(organization, "officer")
    jobs = submit(program, document(users=[user("a"), user("b")], include=["crm", "WebShop"]))
    crm = Product.objects.get(organization=organization, code="crm")
    assert "Retry" not in read(officer, at(crm))
    for job in jobs:
        close(job, code="1010-400")
    assert "Retry 2 errors" in read(officer, at(crm))
    assert "Retry 2 errors" not in read(signed_in(organization, "auditor"), at(crm))

    officer.post(at(crm, "retry/"))
    going = officer.get(at(crm), headers={"HX-Request": "true"}).content.decode()
    again = officer.post(at(crm, "retry/"), follow=True).content.decode()
    product_retries.work()
    over = read(officer, at(crm))

    assert "0 of 2 responses" in going
    assert 'hx-trigger="every 2s"' in going
    assert "Retry 2 errors" not in going
    assert "being retried already" in again
    assert "2 responses are tried again." in over
    assert 'hx-trigger="every 30s"' in over
    assert ProductResponse.objects.filter(product_code="WebShop", state="error").count() == 2
    told = officer.post(at(crm, "retry/"), follow=True).content.decode()
    assert "Nothing is in error at crm." in told


def test_the_page_says_why_some_could_not_be_retried(
    organization: Organization, program: Program
) -> None:
    officer = signed_in(organization, "officer")
    [access, _] = submit(
        program, document(users=[user("a", action=["access", "delete"])], include=["crm"])
    )
    close(access, code="1010-400")
    ProductResponse.objects.filter(action="delete").update(state="due", attempts=1)
    crm = Product.objects.get(organization=organization, code="crm")

    officer.post(at(crm, "retry/"))
    product_retries.work()

    page = read(officer, at(crm))
    assert "0 responses are tried again. 1 stays in error. Its delete has begun" in page


def test_what_a_choice_would_do_is_told_without_asking_the_product(
    organization: Organization, administrator: Client, shop: Database
) -> None:
    begun = {"code": "books", "s-url": shop.document({})["url"], "s-tables": "", "look": "1"}
    [table] = [
        table
        for table in administrator.post("/products/new/sql/", begun).context["used"]
        if table.choice.name == "people"
    ]
    said = {
        **json.loads(table.facts),
        "use:people": "on",
        "do:people": "anonymize",
        "label:people:email": "email",
        "label:people:name": "secret",
        "changed": "label:people:name",
    }

    told = administrator.post("/products/effects/", said).content.decode()

    assert told.count('hx-swap-oob="true"') == 2 + 2 * len(table.choice.columns)
    assert "name: on access never given out, on delete stays." in told
    assert "A delete overwrites 1 column" in told
    assert administrator.post("/products/effects/", {"facts": "{}"}).status_code == 400
    assert signed_in(organization, "officer").post("/products/effects/", said).status_code == 403
