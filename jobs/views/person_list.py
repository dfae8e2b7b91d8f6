"""People, the one who asked last first; and looking one up by key or identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jobs.models import DataSubject, Job
from jobs.rules.regulations import Regulation, lookup
from jobs.services import people, persons
from jobs.services.overview import today
from jobs.services.persons import Sum
from jobs.views.due import NEVER, DueWords, until
from jobs.views.given import given_id
from jobs.views.visible import member_of
from privacyportal.htmx import page
from privacyportal.organizations.models import Member
from privacyportal.organizations.permissions import Permission

LONGEST = 300  # characters of what is looked up


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows it; `name` is empty once every request was forgotten."""

    person: DataSubject
    name: str
    sum: Sum
    last: Job | None
    law: Regulation | None
    due: DueWords


def reader_of(request: HttpRequest) -> Member:
    """Who may look at people: whoever reads all requests."""
    member = member_of(request)
    if not member.may(Permission.PRIVACY_READ):
        raise PermissionDenied
    return member


@require_http_methods(["GET", "HEAD", "POST"])
def person_list(request: HttpRequest) -> HttpResponse:
    """What is looked up comes by POST and stands in no URL: only the ids of who was found do."""
    member = reader_of(request)
    if request.method == "POST":
        return _find(request, member)
    if "found" in request.GET:
        return page(request, "jobs/person_list.html", _found(member, request.GET["found"]))
    return page(request, "jobs/person_list.html", _listing(member, request.GET.get("after", "")))


def _find(request: HttpRequest, member: Member) -> HttpResponse:
    text = request.POST.get("who", "").replace("\0", "").strip()[:LONGEST]
    if not text:
        return redirect("jobs:person-list")
    found = persons.find(organization=member.organization, by=member.user.actor, text=text)
    if len(found) == 1:
        return redirect("jobs:person-detail", found[0].public_id)
    if found:
        ids = ",".join(str(person.public_id) for person in found)
        return redirect(f"{reverse('jobs:person-list')}?found={ids}")
    problem = _(
        "No person has this key or identity. Whole values are found, not parts of them; of a "
        "namespace that is not registered, write it before the value: “loyalty: 4711”."
    )
    return page(request, "jobs/person_list.html", _listing(member, "") | {"problem": problem})


def _listing(member: Member, after: str) -> dict[str, Any]:
    own = Job.objects.for_organization(member.organization)
    cursor = given_id(after)
    last = own.filter(public_id=cursor).first() if cursor else None
    jobs, onward = persons.recent(member.organization, last)
    names = people.names(jobs, clear=member.may(Permission.REVEAL))
    sums = persons.sums([job.data_subject_id for job in jobs])
    rows = [
        _row(job.data_subject, names[job.pk], sums[job.data_subject_id], job, member)
        for job in jobs
    ]
    return {"rows": rows, "next": onward and onward.public_id, "after": last is not None}


def _found(member: Member, given: str) -> dict[str, Any]:
    ids = [one for text in given.split(",")[: persons.FOUND] if (one := given_id(text))]
    own = DataSubject.objects.for_organization(member.organization)
    found = list(own.filter(public_id__in=ids).order_by("-pk"))
    pks = [person.pk for person in found]
    keys = persons.keys_of(pks, clear=member.may(Permission.REVEAL))
    sums = persons.sums(pks)
    rows = [_row(one, keys.get(one.pk, ""), sums[one.pk], None, member) for one in found]
    return {"rows": rows, "found": True}


def _row(person: DataSubject, name: str, total: Sum, last: Job | None, member: Member) -> PersonRow:
    due = until(total.due_on, today(member.organization)) if total.due_on else NEVER
    law = lookup(last.regulation) if last else None
    return PersonRow(person, name, total, last, law, due)
