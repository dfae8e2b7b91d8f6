"""What the administration shows has words, in each language: no raw names of fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils.functional import Promise
from django.utils.translation import override

from jobs.models import Attempt
from privacyportal.adminsite.words import MODELS, OF_MODELS, THINGS, WORDS
from privacyportal.audit.words import GROUPS
from privacyportal.organizations.models import User
from tests.admin.conftest import newest, url
from tests.test_translations import LANGUAGES, catalogue

LISTS = admin.site._registry


@pytest.fixture
def asked() -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = User(is_active=True, is_staff=True, is_superuser=True)
    return request


def shown(model: type[Model], listed: Any, request: HttpRequest) -> Iterator[Any]:
    """Columns, fields of the pages, and filters by a field: names, or functions of a row."""
    yield from listed.get_list_display(request)
    yield from flatten_fieldsets(listed.get_fieldsets(request, model()))
    yield from (one for one in listed.get_fields(request) if is_field(model, one))
    yield from (one for one in listed.list_filter if isinstance(one, str))


def is_field(model: type[Model], name: Any) -> bool:
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


def test_every_label_is_a_word_of_the_vocabulary_or_the_model_s_own(asked: HttpRequest) -> None:
    raw = {
        f"{model._meta.label}.{getattr(one, '__name__', one)}"
        for model, listed in LISTS.items()
        for one in shown(model, listed, asked)
        if not isinstance(label_for_field(one, model, listed), Promise)
    }

    assert raw == set()


def test_filters_have_words(asked: HttpRequest) -> None:
    raw = {
        f"{model._meta.label}: {one.title}"
        for model, listed in LISTS.items()
        for one in listed.list_filter
        if not isinstance(one, str) and not isinstance(one.title, Promise)
    }

    assert raw == set()


def test_no_word_is_left_of_a_field_that_is_gone() -> None:
    fields = {(model._meta.label, one.name) for model in LISTS for one in model._meta.fields}

    assert set(WORDS) - {name for _, name in fields} == set()
    assert set(OF_MODELS) - {f"{label}.{name}" for label, name in fields} == set()


def test_what_django_says_of_a_model_has_words(asked: HttpRequest) -> None:
    changing = {
        model
        for model, listed in LISTS.items()
        if listed.has_add_permission(asked) or listed.has_delete_permission(asked)
    }

    assert [m for m in changing if not isinstance(m._meta.verbose_name, Promise)] == []
    assert set(GROUPS) - set(THINGS) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    words = [*WORDS.values(), *OF_MODELS.values(), *THINGS.values(), *sum(MODELS.values(), ())]
    with override(None):
        wanted = {str(word) for word in words}

    translated = {one.msgid for one in catalogue(language) if one.translated()}

    assert wanted - translated == set()


@pytest.mark.usefixtures("rows")
def test_codes_are_said_in_words(operator: Client) -> None:
    attempt = newest(Attempt)
    page = operator.get(url(Attempt, "change", attempt.pk)).content.decode()

    assert "Complete" in page
    assert ">complete<" not in page
