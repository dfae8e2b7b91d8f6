"""People as the organization knows them, over all their requests: listed, looked up by key or
identity, and those that may be one. Values are found by fingerprint and never searched in clear."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from jobs.models import DataSubject, Identity, Job, RequestSubject
from jobs.models.places import key_place, value_place
from jobs.models.subjects import identity_print, key_print
from jobs.rules.masking import mask
from jobs.rules.namespaces import STANDARD, canonical
from jobs.services import namespaces
from jobs.services.drafts import IdentityDraft, PersonDraft
from privacyportal.actors import Actor
from privacyportal.audit.services import record
from privacyportal.keys.services import Sealer, fingerprinter, sealers
from privacyportal.organizations.models import Organization

PAGE = 100
WINDOW = 2000  # jobs in which the next people are looked for
JOBS = 100  # of one person: counted no further
SUBJECTS = 50  # times that one person was named, from which the identities are taken
SHARING = 200  # entries of one identity that are looked at
FOUND = 20
LIKE = 5  # other people who may be the same


# --- the list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sum:
    """A person's jobs in numbers, JOBS at most; `due_on` is the first of those that are open."""

    jobs: int
    open: int
    due_on: date | None

    @property
    def more(self) -> bool:
        return self.jobs > JOBS


def recent(organization: Organization, after: Job | None) -> tuple[list[Job], Job | None]:
    """The newest job of each person, the latest first: PAGE people or fewer, out of a window of
    jobs. Then the job from which on to look for the next people, None at the end."""
    window = _window(organization, after)
    ids = _newest_of_their_people([pk for pk, _person in window])
    shown = ids[:PAGE]
    last = shown[-1] if len(ids) > PAGE else window[-1][0] if len(window) == WINDOW else None
    related = Job.objects.select_related("request", "request_subject", "data_subject")
    jobs = related.in_bulk([*shown, *([last] if last else [])])
    return [jobs[pk] for pk in shown], jobs[last] if last else None


def _window(organization: Organization, after: Job | None) -> list[tuple[int, int]]:
    """(job, person), newest first."""
    before = "AND (created_at, id) < (%s, %s)" if after else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, data_subject_id FROM jobs_job WHERE organization_id = %s {before}
            ORDER BY created_at DESC, id DESC LIMIT {WINDOW}
            """,
            [organization.pk, *((after.created_at, after.pk) if after else ())],
        )
        return cursor.fetchall()


def _newest_of_their_people(job_ids: Sequence[int]) -> list[int]:
    """Those that are the last of their person, in the order given: one index probe for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT given.id FROM unnest(%s::bigint[]) WITH ORDINALITY AS given (id, place)
            JOIN jobs_job job ON job.id = given.id
            WHERE NOT EXISTS (
                SELECT FROM jobs_job newer
                WHERE newer.data_subject_id = job.data_subject_id AND newer.id > job.id)
            ORDER BY given.place LIMIT %s
            """,
            [list(job_ids), PAGE + 1],
        )
        return [row[0] for row in cursor.fetchall()]


def sums(people: Collection[int]) -> Mapping[int, Sum]:
    """Person → numbers; one query for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT person.id, jobs.n, jobs.open, jobs.due_on
            FROM unnest(%s::bigint[]) AS person (id)
            CROSS JOIN LATERAL (
                SELECT count(*) AS n, count(*) FILTER (WHERE closed_at IS NULL) AS open,
                    min(due_on) FILTER (WHERE closed_at IS NULL) AS due_on
                FROM (SELECT closed_at, due_on FROM jobs_job WHERE data_subject_id = person.id
                    ORDER BY id DESC LIMIT %s) AS job
            ) AS jobs
            """,
            [list(people), JOBS + 1],
        )
        return {pk: Sum(*numbers) for pk, *numbers in cursor.fetchall()}


# --- one person --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """An identity that a person was named with, masked unless it was revealed. It is revealed as
    that of `job_id`, the last job it came with."""

    namespace: str
    text: str
    job_id: UUID | None
    position: int
    revealed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a person. `key` is empty and `identities` are none once every request that
    told them was forgotten; `forgotten` counts those of the last SUBJECTS that were."""

    key: str
    identities: Sequence[KnownIdentity]
    fingerprints: Sequence[bytes]
    requests: int
    forgotten: int


def known(person: DataSubject, *, clear: bool, reveal: tuple[UUID, int] | None = None) -> Known:
    """`reveal` is the job and position of the identity that is shown in clear."""
    said = _said(person)
    jobs = Job.objects.filter(data_subject=person).order_by("-pk")[: 2 * SUBJECTS]
    job_ids = dict(jobs.values_list("request_subject_id", "public_id"))
    wanted = next(
        (
            bytes(row.fingerprint)
            for row in said.rows
            if (job_ids.get(row.request_subject_id), row.position) == reveal
        ),
        None,
    )
    return Known(
        said.key if clear or not said.key else mask(said.key),
        [
            KnownIdentity(
                row.namespace_given,
                value if mark == wanted else mask(value),
                job_ids.get(row.request_subject_id),
                row.position,
                mark == wanted,
            )
            for mark, (row, value) in said.identities.items()
        ],
        list({bytes(row.fingerprint) for row in said.rows}),
        len({subject.request_id for subject in said.subjects}),
        len({subject.request_id for subject in said.subjects if subject.pk not in said.alive}),
    )


def named(person: DataSubject) -> PersonDraft | None:
    """The person in clear, as another request would name them: by the last key and all identities,
    which may be more than one request takes. None where all that was forgotten."""
    said = _said(person)
    identities = [
        IdentityDraft(row.namespace, row.namespace_given, value, row.qualifier, row.namespace_id)
        for row, value in said.identities.values()
    ]
    if not identities:
        return None
    return PersonDraft(said.key, (), tuple(identities))


@dataclass(frozen=True, slots=True)
class _Said:
    """What requests said of a person, the latest first. `identities` has each once, by its
    fingerprint, opened; `rows` are all of them, also those that were forgotten; `alive` is by the
    subjects whose keys can be opened."""

    subjects: Sequence[RequestSubject]
    alive: Mapping[int, Sealer]
    rows: Sequence[Identity]
    key: str
    identities: Mapping[bytes, tuple[Identity, str]]


def _said(person: DataSubject) -> _Said:
    subjects = list(
        RequestSubject.objects.filter(data_subject=person)
        .select_related("request")
        .order_by("-pk")[:SUBJECTS]
    )
    keys = sealers(subject.request.data_key_id for subject in subjects)
    alive = {s.pk: keys[s.request.data_key_id] for s in subjects if s.request.data_key_id in keys}
    rows = list(
        Identity.objects.filter(request_subject__in=[s.pk for s in subjects]).order_by(
            "-request_subject_id", "position"
        )
    )
    seen: dict[bytes, tuple[Identity, str]] = {}
    for row in rows:
        mark, key = bytes(row.fingerprint), alive.get(row.request_subject_id)
        if key and mark not in seen:
            seen[mark] = row, key.open(row.value_sealed, value_place(row.pk)).decode()
    last = next((s for s in subjects if s.pk in alive), None)
    name = alive[last.pk].open(last.key_sealed, key_place(last.pk)).decode() if last else ""
    return _Said(subjects, alive, rows, name, seen)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another person who was named with an identity of this one, and in which namespace."""

    person: DataSubject
    key: str
    namespace: str


def alike(person: DataSubject, fingerprints: Collection[bytes], *, clear: bool) -> list[Likeness]:
    """Who may be the same person, LIKE at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT subject.data_subject_id, min(entry.namespace_given)
            FROM unnest(%s::bytea[]) AS mark (fingerprint)
            CROSS JOIN LATERAL (
                SELECT request_subject_id, namespace_given FROM jobs_identity
                WHERE organization_id = %s AND fingerprint = mark.fingerprint LIMIT %s
            ) AS entry
            JOIN jobs_requestsubject subject ON subject.id = entry.request_subject_id
            WHERE subject.data_subject_id <> %s
            GROUP BY subject.data_subject_id ORDER BY subject.data_subject_id DESC LIMIT %s
            """,
            [list(fingerprints), person.organization_id, SHARING, person.pk, LIKE],
        )
        shared = dict(cursor.fetchall())
    people, keys = DataSubject.objects.in_bulk(shared), keys_of(shared, clear=clear)
    return [Likeness(people[pk], keys.get(pk, ""), namespace) for pk, namespace in shared.items()]


def keys_of(people: Collection[int], *, clear: bool) -> dict[int, str]:
    """Person → key, as it was given last; missing where that was forgotten."""
    last = RequestSubject.objects.raw(
        """
        SELECT subject.* FROM unnest(%s::bigint[]) AS person (id)
        CROSS JOIN LATERAL (
            SELECT * FROM jobs_requestsubject WHERE data_subject_id = person.id
            ORDER BY id DESC LIMIT 1
        ) AS subject
        """,
        [list(people)],
    ).prefetch_related("request")
    subjects = list(last)
    keys = sealers(subject.request.data_key_id for subject in subjects)
    found = {
        s.data_subject_id: keys[s.request.data_key_id].open(s.key_sealed, key_place(s.pk)).decode()
        for s in subjects
        if s.request.data_key_id in keys
    }
    return {pk: key if clear else mask(key) for pk, key in found.items()}


# --- looking up --------------------------------------------------------------------------------


@transaction.atomic
def find(*, organization: Organization, by: Actor, text: str) -> list[DataSubject]:
    """The people with this key, or with this identity ("value", or "namespace: value"), FOUND at
    most. That somebody looked is recorded, for whom is not."""
    prints = fingerprinter(organization.pk)
    by_key = DataSubject.objects.for_organization(organization).filter(
        key_fingerprint=key_print(prints, text)
    )
    given, colon, value = text.partition(":")
    names = [*(n.canonical for n in STANDARD), *namespaces.custom(organization)]
    marks = {identity_print(prints, name, text) for name in names}
    if colon and value.strip():
        marks.add(identity_print(prints, canonical(given), value.strip()))
    ids = {*by_key.values_list("pk", flat=True), *_with_identity(organization, marks)}
    found = DataSubject.objects.filter(pk__in=ids).order_by("-pk")[:FOUND]
    record(
        organization=organization,
        by=by,
        verb="person.find",
        target=("organization", str(organization.public_id)),
        detail={"found": len(found)},
    )
    return list(found)


def _with_identity(organization: Organization, marks: Collection[bytes]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT subject.data_subject_id
            FROM unnest(%s::bytea[]) AS mark (fingerprint)
            CROSS JOIN LATERAL (
                SELECT request_subject_id FROM jobs_identity
                WHERE organization_id = %s AND fingerprint = mark.fingerprint LIMIT %s
            ) AS entry
            JOIN jobs_requestsubject subject ON subject.id = entry.request_subject_id
            LIMIT %s
            """,
            [list(marks), organization.pk, SHARING, FOUND],
        )
        return [row[0] for row in cursor.fetchall()]
