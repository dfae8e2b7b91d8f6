"""A remote system through the engine: called back, polled, withdrawn; and one that is down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.engine.news import callback_url
from jobs.engine.sweep import sweep
from jobs.engine.turn import turn
from jobs.events.dispatcher import Dispatcher
from jobs.events.publisher import publish
from jobs.models import Job, Product, ProductResponse
from jobs.services import officers, products
from jobs.services.drafts import IdentityDraft, PersonDraft
from jobs.services.packages import find
from privacyportal.actors import SYSTEM
from tests.engine.conftest import Trial, trial
from tests.events.conftest import dispatcher, register
from tests.processors.databases import LISTED
from tests.processors.opendsr import Processor, authority
from tests.processors.opendsr import service as opendsr_service
from tests.processors.remotes import Reference, reference
from tests.processors.services import Service, make_service

__all__ = ["authority", "dispatcher", "opendsr_service", "trial"]


@pytest.fixture
def system(trial: Trial, tmp_path: Path, settings: Any, live_server: Any) -> Iterator[Reference]:
    """A system that answers a second later and calls back; the trial's product is it."""
    settings.OUTBOUND_ALLOW_HTTP = True
    settings.PRODUCT_PRIVATE_HOSTS = LISTED
    settings.PORTAL_URL = live_server.url
    with reference(tmp_path, later=0.3) as made:
        trial.product = products.add(
            organization=trial.organization,
            by=SYSTEM,
            code="crm",
            display_name="",
            processor="http",
            document=made.document(),
        )
        yield made


def until_due(response: ProductResponse) -> None:
    end = time.monotonic() + 60
    while response.state != "due":
        assert time.monotonic() < end, response.state
        time.sleep(0.1)
        response.refresh_from_db()


def test_a_callback_brings_the_answer_at_once(trial: Trial, system: Reference) -> None:
    trial.submit("anna", "nobody", products=("crm",))
    system.add("anna+0@example.org")

    turn(trial.product.pk)
    for response in ProductResponse.objects.all():
        until_due(response)
    turn(trial.product.pk)

    assert trial.states() == [("complete", "6000-200"), ("complete", "6052-200")]
    assert system.emails == []


def test_what_waits_can_be_withdrawn(trial: Trial, system: Reference) -> None:
    system.system.later = 3600
    trial.submit("anna", products=("crm",))
    system.add("anna+0@example.org")
    turn(trial.product.pk)

    [job] = trial.jobs()
    officers.cancel(job=job, by=SYSTEM)
    turn(trial.product.pk)

    assert [state for state, _code in trial.states()] == ["cancelled"]
    assert system.emails == ["anna+0@example.org"]


def test_a_system_that_is_down_costs_nobody_a_try(trial: Trial, system: Reference) -> None:
    system.system.secrets = ["somebody else's secret, of another house"]
    trial.submit("anna", products=("crm",))

    turn(trial.product.pk)
    sweep()

    product = Product.objects.get(pk=trial.product.pk)
    assert product.unavailable_detail == "remote.not_let_in"
    assert product.unavailable_params["status"] == 401
    assert ProductResponse.objects.get().tries == 0


# --- another service that speaks the contract ----------------------------------------------------


@pytest.fixture
def service(trial: Trial, live_server: Any, tmp_path: Path, settings: Any) -> Service:
    made = make_service(live_server, tmp_path, settings)
    settings.PORTAL_URL = live_server.url
    settings.OUTBOUND_ALLOW_LOOPBACK = True  # its webhooks come here
    settings.WEBHOOK_SECONDS = 5.0
    trial.product = products.add(
        organization=trial.organization,
        by=SYSTEM,
        code="other",
        display_name="",
        processor="upstream",
        document=made.document(),
    )
    return made


def test_an_event_of_the_other_service_brings_the_answer_and_the_package(
    trial: Trial, service: Service, dispatcher: Dispatcher
) -> None:
    webhook = register(service.organization, callback_url(trial.product), dispatcher=dispatcher)
    person = PersonDraft(
        "anna", ("access", "delete"), (IdentityDraft("email", "Email", "anna@example.org"),)
    )
    trial.take([person], products=("other",))

    for action in ("access", "delete"):  # which waits for the access
        turn(trial.product.pk)
        service.work()
        publish()
        dispatcher.work_off()
        until_due(trial_response(trial, action))
        turn(trial.product.pk)

    assert webhook.state == "active"
    mine = ProductResponse.objects.filter(organization=trial.organization)
    assert {(r.action, r.state, r.outcome_code) for r in mine} == {
        ("access", "complete", "6000-200"),
        ("delete", "complete", "6000-200"),
    }
    access = Job.objects.get(organization=trial.organization, action="access")
    package = find(access)
    assert package
    assert [name for name, _size, _digest in package.parts[0].files] == ["people.json"]
    assert service.emails == ["bo@example.org"]


def trial_response(trial: Trial, action: str) -> ProductResponse:
    return ProductResponse.objects.get(organization=trial.organization, action=action)


# --- OpenDSR -------------------------------------------------------------------------------------


def test_a_signed_callback_of_an_opendsr_service_brings_the_answer(
    trial: Trial, opendsr_service: Processor, live_server: Any, settings: Any
) -> None:
    settings.PORTAL_URL = live_server.url
    trial.product = products.add(
        organization=trial.organization,
        by=SYSTEM,
        code="ads",
        display_name="",
        processor="opendsr",
        document=opendsr_service.document(),
    )
    trial.submit("anna", products=("ads",))
    opendsr_service.people = {"anna+0@example.org": {}}

    turn(trial.product.pk)
    opendsr_service.settle()
    assert opendsr_service.call_back() == 204
    until_due(ProductResponse.objects.get())
    turn(trial.product.pk)

    assert trial.states() == [("complete", "6000-200")]
    [asked] = [one["asked"] for one in opendsr_service.requests.values()]
    assert asked["submitted_time"].endswith("Z")
    assert asked["status_callback_urls"] == [callback_url(trial.product)]
