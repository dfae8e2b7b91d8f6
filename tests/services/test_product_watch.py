"""Members are told of products that stand still: once for each standstill, once for a near date."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from jobs.models import Job, Product
from jobs.services import product_watch
from privacyportal.organizations.models import Member, Organization, User
from tests.api.bodies import document
from tests.api.conftest import Program, organization, program
from tests.api.work import submit

__all__ = ["organization", "program"]


@pytest.fixture(autouse=True)
def members(organization: Organization) -> None:
    for role, language in (("administrator", "sv"), ("officer", ""), ("staff", "")):
        person = User.objects.create_user(f"{role}@example.org", language=language)
        Member.objects.create(organization=organization, user=person, role=role)


def silent(minutes: int) -> None:
    since = timezone.now() - timedelta(minutes=minutes)
    Product.objects.filter(code="crm").update(
        unavailable_since=since, unavailable_until=since, unavailable_detail="sql.unreachable"
    )


def told() -> list[tuple[str, list[str]]]:
    found = [(message.subject, message.bcc) for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_an_hour_of_silence_is_told_once_in_each_language(organization: Organization) -> None:
    silent(50)
    product_watch.watch()
    assert told() == []

    silent(61)
    product_watch.watch()
    assert told() == [
        ("crm har inte svarat på en timme", ["administrator@example.org"]),
        ("crm has not answered for an hour", ["officer@example.org"]),
    ]
    product_watch.watch()
    assert told() == []
    Product.objects.update(told_down_at=timezone.now() - timedelta(days=2))
    product_watch.watch()
    assert len(told()) == 2  # it came back meanwhile, and fell silent again


def test_a_near_date_is_told_too(organization: Organization, program: Program) -> None:
    submit(program, document())
    silent(61)
    product_watch.watch()
    told()

    Job.objects.update(due_on=timezone.now().date() + timedelta(days=2))
    product_watch.watch()

    assert "stands still" in told()[1][0]
    product_watch.watch()
    assert told() == []


def test_what_waits_at_a_paused_product_is_told(
    organization: Organization, program: Program
) -> None:
    submit(program, document())
    Product.objects.filter(code="crm").update(paused_at=timezone.now())
    product_watch.watch()
    assert told() == []

    Job.objects.update(due_on=timezone.now().date() + timedelta(days=1))
    product_watch.watch()

    assert len(told()) == 2


def test_a_mail_server_that_is_away_is_asked_again(
    organization: Organization, settings: Any
) -> None:
    silent(61)
    usual = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    product_watch.watch()
    settings.EMAIL_BACKEND = usual

    product_watch.watch()

    assert len(told()) == 2
