"""How far a request has come, counted by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Job, PrivacyRequest, ProductResponse
from jobs.rules.states import Action, State
from jobs.services import request_progress, requests
from jobs.services.request_progress import Stand, of_stand, progress, work
from privacyportal.organizations.models import Organization
from tests.api.work import close
from tests.services.crowd import crowd


@pytest.fixture
def asked(organization: Organization) -> PrivacyRequest:
    """Four people, access and delete, at two products."""
    return crowd(organization, 4, "crm", "WebShop")


def of(asked: PrivacyRequest, action: str) -> list[Job]:
    return list(asked.jobs.filter(action=action).order_by("pk"))


def test_jobs_are_counted_as_lists_call_them_and_each_count_is_its_list(
    asked: PrivacyRequest,
) -> None:
    accesses, deletes = of(asked, Action.ACCESS), of(asked, Action.DELETE)
    close(accesses[0])
    close(accesses[1], code="1021-400")
    close(accesses[2], code="1021-400")
    accesses[2].responses.update(state=State.CANCELLED)
    deletes[0].responses.filter(product_code="crm").update(state=State.HELD)
    Job.objects.filter(pk=deletes[1].pk).update(state="processing")
    deletes[1].responses.update(state=State.WORKING, lease_token="0" * 32, lease_until=_soon())

    found = progress(asked)

    assert found.counts == {
        Stand.COMPLETE: 1, Stand.ERROR: 1, Stand.CANCELLED: 1, Stand.HELD: 1,
        Stand.PROCESSING: 1, Stand.SUBMITTED: 1, Stand.WAITS: 2,
    }  # fmt: skip
    assert (found.jobs, found.closed, found.open, found.more) == (8, 3, 5, False)
    for stand in Stand:
        assert of_stand(asked.jobs.all(), stand).count() == found.counts.get(stand, 0), stand


def _soon() -> object:
    return timezone.now() + timedelta(minutes=1)


def test_of_a_very_large_request_only_so_many_are_counted(
    asked: PrivacyRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_progress, "JOBS", 5)

    assert progress(asked).more


def done(asked: PrivacyRequest, product: str, many: int, seconds_ago: int) -> None:
    """So many accesses at a product ended that long ago."""
    pks = ProductResponse.objects.filter(
        job__request=asked, product_code=product, action=Action.ACCESS, state=State.DUE
    ).values_list("pk", flat=True)[:many]
    ProductResponse.objects.filter(pk__in=list(pks)).update(
        state=State.COMPLETE,
        outcome_code="6000-200",
        attempts=1,
        processed_at=timezone.now() - timedelta(seconds=seconds_ago),
    )


def test_the_slowest_product_says_how_long_it_takes(asked: PrivacyRequest) -> None:
    done(asked, "crm", 4, 30)  # 4 a minute, 4 left
    done(asked, "WebShop", 2, 30)  # 2 a minute, 6 left

    assert work(asked).left == timedelta(minutes=3)


def test_nothing_is_said_where_a_product_did_nothing_in_the_last_minute(
    asked: PrivacyRequest,
) -> None:
    assert work(asked).left is None
    done(asked, "crm", 2, 30)
    done(asked, "WebShop", 2, 90)

    assert work(asked).left is None


def test_what_is_held_is_not_waited_for(asked: PrivacyRequest) -> None:
    done(asked, "crm", 2, 30)
    rest = ProductResponse.objects.filter(job__request=asked).exclude(product_code="crm")
    rest.update(state=State.HELD)

    assert work(asked).left == timedelta(minutes=3)


def test_what_was_complete_at_birth_makes_no_pace(organization: Organization) -> None:
    asked = crowd(organization, 1, "crm")
    ProductResponse.objects.filter(job__request=asked, action=Action.DELETE).update(
        state=State.COMPLETE, outcome_code="6051-200", processed_at=timezone.now(), attempts=0
    )

    assert work(asked).left is None


# --- the list ----------------------------------------------------------------------------------


def test_a_tally_counts_people_and_jobs_and_tells_the_first_due(asked: PrivacyRequest) -> None:
    accesses = of(asked, Action.ACCESS)
    close(accesses[0])
    close(accesses[1], code="1021-400")
    tomorrow = timezone.now().date() + timedelta(days=1)
    Job.objects.filter(pk=accesses[2].pk).update(due_on=tomorrow)
    Job.objects.filter(pk=accesses[0].pk).update(due_on=tomorrow - timedelta(days=9))

    [tally] = requests.tallies([asked]).values()

    assert (tally.people, tally.jobs, tally.complete, tally.error, tally.open) == (4, 8, 1, 1, 6)
    assert tally.due_on == tomorrow


def test_open_requests_are_found_from_their_jobs_page_by_page(
    organization: Organization, stranger: Organization
) -> None:
    asked = [crowd(organization, 1, "crm") for _ in range(4)]
    crowd(stranger, 1, "crm")
    for job in asked[1].jobs.all():
        close(job)
    own = PrivacyRequest.objects.for_organization(organization)

    first = requests.newest_open(own, organization, None, 2)
    rest = requests.newest_open(own, organization, first[-1], 2)

    assert [*first, *rest] == [asked[3], asked[2], asked[0]]
    assert set(requests.own_open(own)) == {asked[3], asked[2], asked[0]}
