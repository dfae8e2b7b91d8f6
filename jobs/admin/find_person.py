"""The operator looks a person up by what a letter says: a key, or an identity's value. It comes by
POST and is answered at once, so that it stands in no address, and no page can be kept of it."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from jobs.services import everywhere
from privacyportal.adminsite import actor


class PersonForm(forms.Form):
    text = forms.CharField(
        label=_("Key or identity"),
        max_length=everywhere.LONGEST,
        help_text=_(
            "As a whole: ann@example.com, or with its namespace, Loyalty: 12345. It is compared by "
            "fingerprint in every organization; that you looked is recorded where it is found."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "size": 40, "type": "search"}
        ),
    )


@never_cache
@sensitive_post_parameters("text")
def find_person(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    found = None
    if form.is_valid():
        found = everywhere.find(text=form.cleaned_data["text"], by=actor(request))
    context = {
        **admin.site.each_context(request),
        "title": _("Find a person"),
        "form": form,
        "found": found,
        "most": everywhere.FOUND,
    }
    return render(request, "admin/find_person.html", context)
