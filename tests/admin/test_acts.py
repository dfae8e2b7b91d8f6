"""Acts of the operator on several things: asked about first, done by the portal's services, on
record, and told with what could not be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jobs.models import Job, Product, ProductResponse, Webhook
from privacyportal.adminsite import acts
from privacyportal.audit.models import AuditEvent
from privacyportal.organizations.models import ApiCredential, Organization, User
from tests.admin.conftest import url
from tests.api.bodies import document, user
from tests.api.conftest import Program, make_organization, make_program
from tests.api.work import submit


def ask(client: Client, model: Any, act: str, ids: list[int], **more: str) -> Any:
    chosen = {"action": act, "_selected_action": ids, **more}
    return client.post(url(model, "changelist"), chosen)


def do(client: Client, model: Any, act: str, ids: list[int]) -> list[str]:
    """The question answered as its form does; what is told then."""
    asked = ask(client, model, act, ids).context
    form = {"action": act, "sure": "1", "chosen": asked["ids"], "_selected_action": asked["first"]}
    answer = client.post(url(model, "changelist"), form, follow=True)
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def jobs(program: Program, organization: Organization) -> list[Job]:
    """Two of one organization, one of another."""
    other = make_organization("1B@PortalOrg", "crm")
    body = document(users=[user("ann")])
    body["companyContexts"][0]["value"] = "1B@PortalOrg"
    body["include"] = ["crm"]
    own = submit(program, document(users=[user("eva"), user("per")]))
    return [*own[:2], *submit(make_program(other), body)[:1]]


def fail(*jobs: Job) -> None:
    ProductResponse.objects.filter(job__in=jobs).update(state="error", outcome_code="6000")


def test_a_question_says_what_would_change_and_changes_nothing(
    operator: Client, jobs: list[Job]
) -> None:
    fail(jobs[0])

    answer = ask(operator, Job, "retry", [job.pk for job in jobs])

    text = answer.content.decode()
    assert "Retry 1 job?" in text
    assert "Retry 1 job</button>" in text
    assert "2 stay as they are." in text
    lines = {
        line.organization.ims_org_id: (line.done, line.kept) for line in answer.context["lines"]
    }
    assert lines == {"0A1B2C@PortalOrg": (1, 1), "1B@PortalOrg": (0, 1)}
    assert ProductResponse.objects.filter(state="error").exists()
    assert not AuditEvent.objects.filter(verb="job.retry").exists()


def test_jobs_are_retried_in_each_organization_as_the_operator(
    operator: Client, jobs: list[Job]
) -> None:
    fail(jobs[0], jobs[2])

    told = do(operator, Job, "retry", [job.pk for job in jobs])

    assert told[0] == "2 jobs are retried."
    assert told[1].startswith("1 stays as it is.")
    assert not ProductResponse.objects.filter(state="error").exists()
    acts_done = AuditEvent.objects.filter(verb="job.retry")
    assert set(acts_done.values_list("organization_id", "target_id", "actor_id")) == {
        (job.organization_id, str(job.public_id), str(User.objects.get().public_id))
        for job in (jobs[0], jobs[2])
    }


def test_only_what_was_never_tried_is_cancelled(operator: Client, jobs: list[Job]) -> None:
    ProductResponse.objects.filter(job=jobs[1]).update(attempts=1)

    told = do(operator, Job, "cancel", [job.pk for job in jobs])

    assert told[0] == "2 jobs cancelled."
    states = ProductResponse.objects.filter(job=jobs[0], product__isnull=False)
    assert set(states.values_list("state", flat=True)) == {"cancelled"}
    kept = ProductResponse.objects.filter(job=jobs[1], product__isnull=False)
    assert "cancelled" not in kept.values_list("state", flat=True)


def test_where_nothing_would_change_there_is_no_button(operator: Client, jobs: list[Job]) -> None:
    answer = ask(operator, Job, "retry", [jobs[0].pk])

    assert answer.context["title"] == "There is nothing to do"
    assert 'class="btn btn-primary"' not in answer.content.decode()


def test_more_than_can_be_done_at_once_is_said(
    operator: Client, jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "MOST", 2)

    answer = ask(operator, Job, "cancel", [jobs[0].pk], index="0", select_across="1")

    assert "3 were chosen. At once it is done to 2 at most" in answer.content.decode()
    assert answer.context["done"] == 2


def test_ids_that_are_none_and_things_that_are_gone_change_nothing(
    operator: Client, jobs: list[Job]
) -> None:
    form = {"action": "cancel", "sure": "1", "chosen": "x,,-1,999999999", "_selected_action": "1"}

    answer = operator.post(url(Job, "changelist"), form, follow=True)

    assert answer.status_code == 200
    assert not ProductResponse.objects.filter(state="cancelled").exists()


def test_products_are_paused_and_resumed_on_record(
    operator: Client, organization: Organization
) -> None:
    ids = list(Product.objects.values_list("pk", flat=True))

    asked = ask(operator, Product, "pause", ids)
    still = Product.objects.filter(paused_at__isnull=False).count()
    told = do(operator, Product, "pause", ids)
    paused = Product.objects.filter(paused_at__isnull=False).count()
    again = do(operator, Product, "resume", ids)

    assert "Pause 2 products?" in asked.content.decode()
    assert (still, paused) == (0, 2)
    assert (told, again) == (["2 products paused."], ["2 products resumed."])
    assert not Product.objects.filter(paused_at__isnull=False).exists()
    assert AuditEvent.objects.filter(verb="product.pause").count() == 2


def test_a_program_cannot_be_changed_and_is_revoked_at_once(
    operator: Client, program: Program
) -> None:
    row = program.credential

    changed = operator.post(url(ApiCredential, "change", row.pk), {"name": "other"})
    told = do(operator, ApiCredential, "revoke", [row.pk])
    again = ask(operator, ApiCredential, "revoke", [row.pk])

    assert changed.status_code == 403
    assert told == ["1 program revoked."]
    assert program.get().status_code == 403
    assert AuditEvent.objects.filter(verb="credential.revoke").count() == 1
    assert again.context["title"] == "There is nothing to do"


@pytest.mark.usefixtures("rows")
def test_webhooks_are_paused_and_resumed(operator: Client) -> None:
    row = Webhook.objects.get()

    paused = do(operator, Webhook, "pause", [row.pk])
    row.refresh_from_db()
    state = row.reason
    resumed = do(operator, Webhook, "resume", [row.pk])

    assert (paused, state, resumed) == (["1 webhook paused."], "paused", ["1 webhook resumed."])


def test_the_page_of_a_thing_asks_the_same(operator: Client, jobs: list[Job]) -> None:
    text = operator.get(url(Job, "change", jobs[0].pk)).content.decode()

    assert 'name="action" value="retry"' in text
    assert f'name="_selected_action" value="{jobs[0].pk}"' in text
