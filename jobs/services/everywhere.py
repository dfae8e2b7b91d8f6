"""Looking a person up in every organization of the installation, for its operator. As with
persons.find, what is compared are fingerprints, which each organization has a key of its own for;
that somebody looked is recorded where something was found, for whom is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from jobs.models import CustomNamespace, DataSubject, Job
from jobs.models.subjects import identity_print, key_print
from jobs.rules.namespaces import STANDARD, canonical
from jobs.services.persons import SHARING, Sum, sums
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.services import Fingerprinter, fingerprinters
from privacyportal.organizations.models import Organization

FOUND = 100
LONGEST = 2000  # characters of a value
NAMESPACES = 100_000  # of all organizations


@dataclass(frozen=True, slots=True)
class Found:
    person: DataSubject
    sum: Sum
    newest: Job | None


@transaction.atomic
def find(*, text: str, by: Actor) -> list[Found]:
    """The people with this key or this identity ("value", or "namespace: value"), FOUND at most,
    by organization."""
    text = text.strip()[:LONGEST].replace("\0", "")
    if not text:
        return []
    prints = fingerprinters()
    people = _people(_by_key(prints, text) | _by_identity(prints, text))
    _record(people, by)
    numbers, newest = sums([one.pk for one in people]), _newest([one.pk for one in people])
    return [Found(one, numbers[one.pk], newest.get(one.pk)) for one in people]


def _people(ids: set[int]) -> list[DataSubject]:
    known = DataSubject.objects.filter(pk__in=ids).select_related("organization")
    return list(known.order_by("organization_id", "-pk")[:FOUND])


def _by_key(prints: Mapping[int, Fingerprinter], text: str) -> set[int]:
    marks = [(pk, key_print(one, text)) for pk, one in prints.items()]
    return _ids(
        """
        SELECT subject.id FROM unnest(%s::bigint[], %s::bytea[]) AS mark (organization, print)
        JOIN jobs_datasubject subject
            ON subject.organization_id = mark.organization AND key_fingerprint = mark.print
        LIMIT %s
        """,
        marks,
        FOUND,
    )


def _by_identity(prints: Mapping[int, Fingerprinter], text: str) -> set[int]:
    return _ids(
        """
        SELECT DISTINCT subject.data_subject_id
        FROM unnest(%s::bigint[], %s::bytea[]) AS mark (organization, print)
        CROSS JOIN LATERAL (
            SELECT request_subject_id FROM jobs_identity
            WHERE organization_id = mark.organization AND fingerprint = mark.print LIMIT %s
        ) AS entry
        JOIN jobs_requestsubject subject ON subject.id = entry.request_subject_id
        LIMIT %s
        """,
        _marks(prints, text),
        SHARING,
        FOUND,
    )


def _marks(prints: Mapping[int, Fingerprinter], text: str) -> list[tuple[int, bytes]]:
    """Organization, fingerprint: for every namespace that it knows."""
    given, colon, value = text.partition(":")
    named = canonical(given) if colon and value.strip() else ""
    own: dict[int, list[str]] = {}
    rows = CustomNamespace.objects.order_by("pk").values_list("organization_id", "canonical")
    for organization, name in rows[:NAMESPACES]:
        own.setdefault(organization, []).append(name)
    standard = [one.canonical for one in STANDARD]
    marks = []
    for pk, one in prints.items():
        marks += [(pk, identity_print(one, name, text)) for name in (*standard, *own.get(pk, ()))]
        if named:
            marks.append((pk, identity_print(one, named, value.strip())))
    return marks


def _ids(sql: str, marks: Sequence[tuple[int, bytes]], *limits: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [[pk for pk, _ in marks], [mark for _, mark in marks], *limits])
        return {row[0] for row in cursor.fetchall()}


def _newest(people: Sequence[int]) -> dict[int, Job]:
    jobs = Job.objects.raw(
        """
        SELECT job.* FROM unnest(%s::bigint[]) AS person (id)
        CROSS JOIN LATERAL (
            SELECT * FROM jobs_job WHERE data_subject_id = person.id ORDER BY id DESC LIMIT 1
        ) AS job
        """,
        [list(people)],
    ).prefetch_related("request")
    return {job.data_subject_id: job for job in jobs}


def _record(people: Sequence[DataSubject], by: Actor) -> None:
    found: dict[Organization, int] = {}
    for person in people:
        found[person.organization] = found.get(person.organization, 0) + 1
    for organization, number in found.items():
        record(
            organization=organization,
            by=by,
            verb="person.find",
            target=("organization", str(organization.public_id)),
            detail={"found": number},
        )
