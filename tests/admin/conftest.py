"""A row of every model, and the operator who looks at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.events.signing import signer
from jobs.models import Heartbeat
from privacyportal.organizations.models import Organization, User
from tests.api.conftest import Program, organization, program
from tests.services.full_organization import fill
from tests.sessions import client_of

__all__ = ["organization", "program"]


@pytest.fixture
def operator(db: None) -> Client:
    person = User.objects.create_superuser("operator@example.org", "a long password")
    return client_of(person)


@pytest.fixture
def rows(
    program: Program, organization: Organization, operator: Client, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A row of every model, with values that must not be shown."""
    settings.PACKAGE_DIR = tmp_path
    person = User.objects.get()
    fill(program, person, tmp_path, monkeypatch)
    Heartbeat.objects.create(name="work@here", seen_at=timezone.now())
    signer()
    Authenticator.objects.create(user=person, type="totp", data={"secret": "sealed-factor"})
    LogEntry.objects.all().delete()


def newest(model: type[models.Model]) -> models.Model:
    row = model._default_manager.order_by("pk").last()
    assert row is not None, f"the fixture makes no row of {model._meta.label}"
    return row


def url(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
