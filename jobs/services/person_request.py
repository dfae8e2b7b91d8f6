"""Another request for somebody who is known: a draft that names the person already."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction

from jobs.models import DataSubject, SavedDraft
from jobs.services import people_text, persons, pseudonyms, saved_drafts
from jobs.services.drafts import RequestDraft
from jobs.services.saved_drafts import Content
from jobs.services.submission import new_request_id
from privacyportal.audit.services import record
from privacyportal.keys.services import fingerprinter
from privacyportal.organizations.models import Member


@transaction.atomic
def begin(*, member: Member, person: DataSubject) -> SavedDraft | None:
    """The draft, whose form shows the identities in clear: that is recorded. None where nothing is
    known of the person any more. Raises saved_drafts.TooMany."""
    named = persons.named(person)
    if named is None:
        return None
    people = pseudonyms.without(fingerprinter(member.organization_id), [named])
    draft = RequestDraft(
        regulation="",
        regulation_given="",
        products=(),
        people=people,
        request_id=new_request_id(),
    )
    content = Content(draft, {"people": people_text.write(people)})
    record(
        organization=member.organization,
        by=member.user.actor,
        verb="person.request",
        target=("person", str(person.public_id)),
        detail={"identities": len(named.identities)},
    )
    return saved_drafts.save(member=member, public_id=uuid4(), content=content)
