"""The operator's lists: every one opens, shows nothing sealed, and changes nothing that was
recorded."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import models
from django.test import Client, RequestFactory

from jobs.models import CustomNamespace
from privacyportal.adminsite import ReadOnlyAdmin
from privacyportal.organizations.models import (
    ApiCredential,
    Member,
    Organization,
    User,
    UserSession,
)
from tests.admin.conftest import url

MODELS = list(admin.site._registry)
EDITABLE = {User, Organization, Member, ApiCredential, CustomNamespace}
VALUES = (
    "BEGIN PRIVATE KEY",
    "a-secret-path",
    "ann@example.com",
    "secret-of-the-product",
    "what the product holds",
    "a-persons-key",
    "secret-note",
    "secret-words",
    "secret-name",
    "secret-body",
)


def test_every_model_of_the_product_has_a_list() -> None:
    from django.apps import apps

    labels = ("organizations", "keys", "audit", "api", "jobs", "consent")
    ours = {m for label in labels for m in apps.get_app_config(label).get_models()}

    # The key of a session lets in whoever reads it.
    assert (ours | {Authenticator}) - {UserSession} == set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.usefixtures("rows")
def test_lists_and_pages_open_and_show_nothing_sealed(
    operator: Client, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("pk").last()
    assert row is not None, "the fixture makes a row of every model"

    for path in (url(model, "changelist"), url(model, "change", row.pk)):
        answer = operator.get(path)
        text = answer.content.decode()

        assert answer.status_code == 200
        assert not [value for value in (*VALUES, "sealed-factor") if value in text]
        assert "memory at" not in text
        assert "b&#x27;" not in text
        assert "\\x" not in text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=", text)


@pytest.mark.parametrize(
    "model", [m for m in MODELS if m not in EDITABLE], ids=lambda model: model._meta.label
)
@pytest.mark.usefixtures("rows")
def test_what_is_recorded_can_be_neither_added_nor_changed_nor_deleted(
    operator: Client, model: type[models.Model]
) -> None:
    row = model._default_manager.order_by("pk").last()
    assert row is not None
    listed = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)

    assert isinstance(listed, ReadOnlyAdmin)
    assert not listed.has_add_permission(request)
    assert not listed.has_change_permission(request, row)
    assert operator.get(url(model, "add")).status_code == 403
    assert operator.post(url(model, "change", row.pk), {"state": "x"}).status_code == 403
    if model is not Authenticator:
        assert operator.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
