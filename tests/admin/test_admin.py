"""The operator's lists: every one opens, shows nothing sealed, and changes nothing that was
recorded."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
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
from tests.admin.conftest import newest, url
from tests.services.full_organization import VALUES

MODELS = list(admin.site._registry)
EDITABLE = {User, Organization, Member, ApiCredential, CustomNamespace}
SECRET = (
    *VALUES,
    "BEGIN PRIVATE KEY",
    "a-secret-path",
    "secret-of-the-product",
    "secret-body",
    "sealed-factor",
)


def test_every_model_of_the_product_has_a_list() -> None:
    from django.apps import apps

    labels = ("organizations", "keys", "audit", "api", "jobs", "consent")
    ours = {m for label in labels for m in apps.get_app_config(label).get_models()}

    # The key of a session lets in whoever reads it.
    assert (ours | {Authenticator}) - {UserSession} == set(MODELS)


@pytest.mark.usefixtures("rows")
def test_lists_and_pages_open_and_show_nothing_sealed(operator: Client) -> None:
    for model in MODELS:
        for path in (url(model, "changelist"), url(model, "change", newest(model).pk)):
            answer = operator.get(path)
            text = answer.content.decode()

            assert answer.status_code == 200, path
            assert [value for value in SECRET if value in text] == [], path
            odd = r"memory at|b&#x27;|\\x|<script(?![^>]*src=)|<style|\sstyle="
            assert not re.search(odd, text), path


@pytest.mark.usefixtures("rows")
def test_what_is_recorded_can_be_neither_added_nor_changed_nor_deleted(operator: Client) -> None:
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    for model in [one for one in MODELS if one not in EDITABLE]:
        row, listed = newest(model), admin.site._registry[model]

        assert isinstance(listed, ReadOnlyAdmin), model
        assert not listed.has_add_permission(request), model
        assert not listed.has_change_permission(request, row), model
        assert operator.get(url(model, "add")).status_code == 403, model
        change = url(model, "change", row.pk)
        assert operator.post(change, {"state": "x"}).status_code == 403, model
        if model is not Authenticator:
            delete = url(model, "delete", row.pk)
            assert operator.post(delete, {"post": "yes"}).status_code == 403, model
