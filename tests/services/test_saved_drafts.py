"""Drafts: sealed, few, one's own, and forgotten on time together with their keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from jobs.engine.housekeeping import keep_house
from jobs.models import DryRun, Product, SavedDraft
from jobs.services import portal, saved_drafts
from jobs.services.saved_drafts import Content
from privacyportal.keys.models import DataKey
from privacyportal.keys.services import Destroyed, sealer
from privacyportal.organizations.models import Member, Organization
from tests.services.conftest import member_of
from tests.services.drafts import draft


def save(member: Member, public_id: UUID | None = None, **more: Any) -> SavedDraft:
    content = more.pop("content", None) or Content(draft(), {"people": "ann@example.com"})
    return saved_drafts.save(member=member, public_id=public_id or uuid4(), content=content, **more)


def test_it_is_kept_as_it_was_said_and_by_its_own_key(member: Member) -> None:
    saved = save(member)

    again = saved_drafts.find(member, saved.public_id)
    assert again is not None
    assert saved_drafts.read(again) == Content(draft(), {"people": "ann@example.com"})
    assert DataKey.objects.get(pk=saved.data_key_id).purpose == "draft"
    assert save(member).data_key_id != saved.data_key_id


def test_nothing_of_it_lies_in_clear(member: Member) -> None:
    save(member)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content_sealed, t::text FROM jobs_saveddraft t")
        [(sealed, row)] = cursor.fetchall()
    for said in (b"ann@", b"K-1", b"gdpr"):
        assert said not in bytes(sealed)
        assert said.decode() not in row


def test_saving_again_replaces_it(member: Member) -> None:
    saved = save(member)
    later = save(member, saved.public_id, content=Content(draft(people=())))

    assert (later.pk, later.data_key_id) == (saved.pk, saved.data_key_id)
    assert later.people == 0
    assert bytes(later.about) != bytes(saved.about)
    assert SavedDraft.objects.count() == 1


def test_it_is_nobody_elses(member: Member, organization: Organization) -> None:
    saved = save(member)
    colleague = member_of(organization, "colleague")

    assert saved_drafts.find(colleague, saved.public_id) is None
    assert saved_drafts.unfinished(colleague) == []
    assert not saved_drafts.discard(member=colleague, public_id=saved.public_id)
    theirs = save(colleague, saved.public_id)
    assert theirs.pk != saved.pk
    assert [d.pk for d in saved_drafts.unfinished(member)] == [saved.pk]


def test_a_member_has_a_bounded_number_of_them(
    member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_drafts, "MOST", 2)
    first, _second = save(member), save(member)

    with pytest.raises(saved_drafts.TooMany):
        save(member)
    save(member, first.public_id)
    save(member, one_more=True)

    assert len(saved_drafts.unfinished(member)) == 3


def test_discarding_it_destroys_its_key(member: Member, organization: Organization) -> None:
    saved = save(member)
    product = Product.objects.get(organization=organization, code="crm")
    DryRun.objects.create(
        organization=organization, draft=saved, product=product, about=b"", asked_at=timezone.now()
    )

    assert saved_drafts.discard(member=member, public_id=saved.public_id)

    assert not SavedDraft.objects.exists()
    assert not DryRun.objects.exists()
    with pytest.raises(Destroyed):
        sealer(saved.data_key_id)


def test_after_thirty_days_it_is_forgotten(member: Member) -> None:
    old, fresh = save(member), save(member)
    assert old.expires_at - old.saved_at == timedelta(days=30)
    SavedDraft.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert [d.pk for d in saved_drafts.unfinished(member)] == [fresh.pk]

    keep_house()

    assert list(SavedDraft.objects.values_list("pk", flat=True)) == [fresh.pk]
    assert DataKey.objects.get(pk=old.data_key_id).destroyed_at
    assert not DataKey.objects.get(pk=fresh.data_key_id).destroyed_at


def test_submitting_forgets_it_and_what_comes_late_does_not_bring_it_back(member: Member) -> None:
    saved = save(member)

    portal.submit(member=member, draft=draft(), saved=saved.public_id)

    with pytest.raises(saved_drafts.Submitted):
        save(member, saved.public_id)
    assert not SavedDraft.objects.exists()
    assert DataKey.objects.get(pk=saved.data_key_id).destroyed_at


def test_what_it_is_about_are_people_and_products_alone(organization: Organization) -> None:
    here = saved_drafts.about(organization, draft())

    assert here == saved_drafts.about(organization, draft(regulation="ccpa", request_id=""))
    assert here != saved_drafts.about(organization, draft(products=("WebShop",)))
    assert here != saved_drafts.about(organization, draft(people=()))
