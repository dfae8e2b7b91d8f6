"""Ten seconds in which a request can be taken back: all of it, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from jobs.engine import sweep
from jobs.engine.claim import claim
from jobs.models import (
    Event,
    Identity,
    Job,
    PrivacyRequest,
    Product,
    ProductResponse,
    RequestSubject,
    SavedDraft,
)
from jobs.services import officers, portal, saved_drafts, undo
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.submission import Submitted
from jobs.views.status import SUBMITTED, of_response
from privacyportal.audit.models import AuditEvent
from privacyportal.keys.models import DataKey
from privacyportal.organizations.models import Member, Organization
from tests.engine.conftest import Trial, trial
from tests.races import together
from tests.services.conftest import member_of

__all__ = ["trial"]


@pytest.fixture
def member(trial: Trial) -> Member:
    return member_of(trial.organization)


def draft(*names: str, **changes: Any) -> RequestDraft:
    people = tuple(
        PersonDraft(
            f"K-{name}",
            ("access", "delete"),
            (
                IdentityDraft("email", "Email", f"{name}@example.org", namespace_id=6),
                IdentityDraft("phone", "Phone", "070 123 456", namespace_id=7),
            ),
        )
        for name in names
    )
    given = {"regulation": "gdpr", "regulation_given": "gdpr", "products": ("trial",)}
    return RequestDraft(**{**given, "people": people, "channel": "letter", **changes})


def submit(member: Member, *names: str, **changes: Any) -> Submitted:
    return portal.submit(member=member, draft=draft(*names, **changes), saved=None)


def let_time_pass() -> None:
    past = timezone.now() - timedelta(seconds=1)
    ProductResponse.objects.filter(state="later").update(not_before=past)
    sweep.sweep()


def states() -> set[tuple[str, str]]:
    return set(ProductResponse.objects.values_list("action", "state"))


def test_nothing_of_it_is_worked_on_before_the_time_is_over(trial: Trial, member: Member) -> None:
    submit(member, "ann")
    sweep.sweep()

    assert claim(trial.product.pk) is None
    assert states() == {("access", "later"), ("delete", "waiting")}
    assert set(Job.objects.values_list("state", flat=True)) == {"submitted"}
    first = ProductResponse.objects.select_related("product").earliest("pk")
    assert first.not_before - first.modified_at == timedelta(seconds=10)
    assert of_response(first) is SUBMITTED

    let_time_pass()
    trial.work()
    assert states() == {("access", "complete"), ("delete", "complete")}


def test_it_is_taken_back_as_if_it_had_never_been(trial: Trial, member: Member) -> None:
    kept = submit(member, "bo").request
    done = submit(member, "ann", "eva")

    saved = undo.take_back(member=member, public_id=done.request.public_id)

    assert list(PrivacyRequest.objects.all()) == [kept]
    for model, number in ((RequestSubject, 1), (Identity, 2), (Job, 2), (ProductResponse, 2)):
        assert model.objects.count() == number
    assert DataKey.objects.get(pk=done.request.data_key_id).destroyed_at
    assert not Event.objects.exists()
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", "target_id"))
    assert verbs[-1] == ("request.undo", str(done.request.public_id))
    assert saved.people == 2


def test_the_draft_says_what_was_submitted(trial: Trial, member: Member) -> None:
    received = timezone.now() - timedelta(days=3)
    said = draft("ann", "eva", received_at=received, external_reference="CASE-17")
    done = portal.submit(member=member, draft=said, saved=None)

    saved = undo.take_back(member=member, public_id=done.request.public_id)

    again = saved_drafts.read(saved).draft
    assert (again.people, again.products) == (said.people, said.products)
    assert (again.regulation, again.channel, again.external_reference) == (
        "gdpr",
        "letter",
        "CASE-17",
    )
    assert again.received_at == received
    assert again.request_id != done.request.request_id


def test_what_has_begun_is_not_taken_back(trial: Trial, member: Member) -> None:
    done = submit(member, "ann")
    let_time_pass()
    assert claim(trial.product.pk) is not None

    with pytest.raises(undo.TooLate) as told:
        undo.take_back(member=member, public_id=done.request.public_id)

    assert (told.value.begun, told.value.ended, told.value.cancellable) == (1, 0, 1)
    assert [job.action for job in told.value.open_jobs] == ["delete"]
    assert Job.objects.count() == 2
    assert not SavedDraft.objects.exists()


def test_what_is_partly_cancelled_is_not_taken_back(trial: Trial, member: Member) -> None:
    done = submit(member, "ann")
    officers.cancel(job=Job.objects.earliest("pk"), by=member.user.actor)

    with pytest.raises(undo.TooLate):
        undo.take_back(member=member, public_id=done.request.public_id)


def test_a_cancelled_one_among_others_leaves_the_job_submitted(
    trial: Trial, member: Member
) -> None:
    submit(member, "ann", products=("trial", "nowhere"))
    job = Job.objects.earliest("pk")
    response = job.responses.get(product_code="nowhere")
    officers.cancel(job=job, by=member.user.actor)
    let_time_pass()

    response.refresh_from_db()
    assert response.state == "cancelled"


def test_only_who_submitted_it_takes_it_back(
    trial: Trial, member: Member, transactional_db: None
) -> None:
    done = submit(member, "ann")
    other = Organization.objects.create(ims_org_id="Other@PortalOrg", name="Other")

    for stranger in (member_of(trial.organization, "colleague"), member_of(other, "stranger")):
        with pytest.raises(undo.NotFound):
            undo.take_back(member=stranger, public_id=done.request.public_id)

    undo.take_back(member=member, public_id=done.request.public_id)
    with pytest.raises(undo.NotFound):
        undo.take_back(member=member, public_id=done.request.public_id)


def test_undo_and_the_sweep_with_a_claim_at_once(trial: Trial, member: Member) -> None:
    """The request is gone and nothing is claimed, or it is worked on and stays."""
    for number in range(10):
        done = submit(member, f"ann{number}")
        past = timezone.now() - timedelta(seconds=1)
        ProductResponse.objects.filter(state="later").update(not_before=past)

        def take_back(done: Submitted = done) -> bool:
            try:
                undo.take_back(member=member, public_id=done.request.public_id)
            except undo.TooLate:
                return False
            return True

        def begin() -> bool:
            sweep.sweep()
            return claim(trial.product.pk) is not None

        gone, begun = together(take_back, begin)
        assert not (gone and begun)
        assert PrivacyRequest.objects.filter(pk=done.request.pk).exists() is not gone
        ProductResponse.objects.filter(state="working").update(
            state="due", lease_token=None, lease_until=None
        )
        trial.work()
    assert not ProductResponse.objects.exclude(state="complete").exists()


def test_of_a_product_that_is_not_set_up_nothing_is_told_before_the_time_is_over(
    trial: Trial, member: Member
) -> None:
    done = submit(member, "ann", products=("nowhere",))
    assert not Event.objects.exists()
    assert {job.state for job in trial.jobs()} == {"submitted"}

    let_time_pass()

    assert {(job.state, bool(job.closed_at)) for job in trial.jobs()} == {("complete", True)}
    codes = set(ProductResponse.objects.values_list("state", "outcome_code"))
    assert codes == {("complete", "6051-200")}
    assert not ProductResponse.objects.filter(processed_at=None).exists()
    assert Event.objects.count() == 4
    with pytest.raises(undo.TooLate):
        undo.take_back(member=member, public_id=done.request.public_id)


def test_beside_products_that_work_it_does_not_open_the_job(trial: Trial, member: Member) -> None:
    submit(member, "ann", products=("nowhere", "trial"))

    let_time_pass()

    assert {job.state for job in trial.jobs()} == {"submitted"}
    assert Event.objects.count() == 2
    trial.work()
    assert {job.state for job in trial.jobs()} == {"complete"}
    assert Event.objects.count() == 6


def test_a_portal_without_undo_begins_at_once(trial: Trial, member: Member, settings: Any) -> None:
    settings.PORTAL_UNDO_SECONDS = 0

    submit(member, "ann", products=("nowhere", "trial"))

    assert states() == {("access", "due"), ("delete", "waiting"), ("access", "complete"),
                        ("delete", "complete")}  # fmt: skip
    assert claim(Product.objects.get().pk) is not None


def test_a_thousand_people_are_taken_back_in_a_few_statements(
    trial: Trial, member: Member, django_assert_max_num_queries: Any
) -> None:
    done = submit(member, *(f"p{n}" for n in range(1000)))

    with django_assert_max_num_queries(30):
        undo.take_back(member=member, public_id=done.request.public_id)

    assert not ProductResponse.objects.exists()
