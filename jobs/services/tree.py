"""Storing the tree of a request: subjects, identities, jobs and responses, each by one COPY."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4

from django.db import connection

from jobs.events.outbox import tell_births
from jobs.models import (
    Identity,
    Job,
    PrivacyRequest,
    Product,
    ProductResponse,
    RequestSubject,
)
from jobs.models.places import key_place, value_place
from jobs.models.requests import Priority
from jobs.models.subjects import identity_print, key_print
from jobs.rules import outcomes
from jobs.rules.states import Action, JobState, State, Step
from jobs.services.drafts import RequestDraft
from jobs.services.organization_clocks import clocks_of
from privacyportal.bulk import copy_rows, reserve_ids
from privacyportal.keys.services import Fingerprinter, Sealer

LOW_PRIORITY = timedelta(days=30)  # contract §3: worked on as if due 30 days later


@dataclass(slots=True)
class NewJob:
    """A job on its way into the database."""

    id: int
    public_id: UUID
    person: int  # index among the draft's people
    group: int  # people who share a key or an identity
    action: str
    due_on: date
    subject_id: int
    data_subject_id: int


@dataclass
class Tree:
    """What was stored."""

    request: PrivacyRequest
    jobs: list[NewJob] = field(default_factory=list)


class Storing:
    """One submission at work; each method stores one table."""

    def __init__(
        self,
        request: PrivacyRequest,
        draft: RequestDraft,
        products: dict[str, Product | None],
        sealer: Sealer,
        prints: Fingerprinter,
        first: int,
        parent_id: int | None,
        not_before: datetime | None,
    ) -> None:
        self.request, self.draft, self.products, self.first = request, draft, products, first
        self.parent_id, self.not_before = parent_id, not_before
        self.sealer, self.prints = sealer, prints
        self.organization_id = request.organization_id
        self.key_prints = [key_print(prints, person.key) for person in draft.people]
        self.identity_prints = [
            [identity_print(prints, i.namespace, i.value) for i in person.identities]
            for person in draft.people
        ]
        self.groups = same_person(
            [
                {key, *prints}
                for key, prints in zip(self.key_prints, self.identity_prints, strict=True)
            ]
        )

    @cached_property
    def due_dates(self) -> dict[str, date]:
        clocks = clocks_of(self.request.organization)
        return {
            action: clocks.due(
                regulation=self.request.regulation,
                action=action,
                received_at=self.request.received_at,
            ).due_on
            for action in {action for person in self.draft.people for action in person.actions}
        }

    def data_subjects(self) -> dict[bytes, int]:
        """Fingerprint → id. Sorted, since two large submissions would deadlock otherwise."""
        prints = sorted(set(self.key_prints))
        key = [self.organization_id, self.prints.version]
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO jobs_datasubject
                    (organization_id, public_id, key_version, key_fingerprint, created_at)
                SELECT %s, public_id, %s, fingerprint, %s
                FROM unnest(%s::uuid[], %s::bytea[]) AS new (public_id, fingerprint)
                ON CONFLICT DO NOTHING
                """,
                [*key, self.request.created_at, [uuid4() for _ in prints], prints],
            )
            cursor.execute(
                """
                SELECT key_fingerprint, id FROM jobs_datasubject
                WHERE organization_id = %s AND key_version = %s AND key_fingerprint = ANY(%s)
                """,
                [*key, prints],
            )
            return {bytes(fingerprint): pk for fingerprint, pk in cursor.fetchall()}

    def subjects(self, data_subjects: dict[bytes, int]) -> list[int]:
        people = self.draft.people
        ids = reserve_ids(RequestSubject, len(people))
        copy_rows(
            RequestSubject,
            ("id", "organization_id", "request_id", "data_subject_id", "position", "person",
             "key_sealed"),
            (
                (pk, self.organization_id, self.request.pk, data_subjects[fingerprint], position,
                 self.first + group, self.sealer.seal(person.key, key_place(pk)))
                for position, (pk, person, fingerprint, group) in enumerate(
                    zip(ids, people, self.key_prints, self.groups, strict=True), self.first
                )
            ),
        )  # fmt: skip
        return ids

    def identities(self, subject_ids: Sequence[int]) -> None:
        fresh = iter(reserve_ids(Identity, sum(len(p.identities) for p in self.draft.people)))
        copy_rows(
            Identity,
            ("id", "organization_id", "request_subject_id", "position", "namespace",
             "namespace_given", "namespace_id", "qualifier", "is_deleted_client_side",
             "key_version", "fingerprint", "value_sealed"),
            (
                (pk := next(fresh), self.organization_id, subject_id, position, identity.namespace,
                 identity.given, identity.namespace_id, identity.qualifier,
                 identity.is_deleted_client_side, self.prints.version, fingerprint,
                 self.sealer.seal(identity.value, value_place(pk)))
                for person, subject_id, fingerprints in zip(
                    self.draft.people, subject_ids, self.identity_prints, strict=True
                )
                for position, (identity, fingerprint) in enumerate(
                    zip(person.identities, fingerprints, strict=True)
                )
            ),
        )  # fmt: skip

    def jobs(self, subject_ids: Sequence[int], data_subjects: dict[bytes, int]) -> list[NewJob]:
        people = self.draft.people
        fresh = iter(reserve_ids(Job, sum(len(person.actions) for person in people)))
        jobs = [
            NewJob(
                id=next(fresh),
                public_id=uuid4(),
                person=index,
                group=self.groups[index],
                action=action,
                due_on=self.due_dates[action],
                subject_id=subject_ids[index],
                data_subject_id=data_subjects[self.key_prints[index]],
            )
            for index, person in enumerate(people)
            for action in person.actions
        ]
        now = self.request.created_at
        born = {
            action: (JobState.SUBMITTED, None)
            if self.not_before or self.at_work(action)
            else (JobState.COMPLETE, now)
            for action in Action.values
        }
        copy_rows(
            Job,
            ("id", "organization_id", "public_id", "request_id", "request_subject_id",
             "data_subject_id", "action", "state", "regulation", "due_on", "created_at",
             "modified_at", "closed_at", "records_found", "submitted_by_id", "parent_id"),
            (
                (job.id, self.organization_id, job.public_id, self.request.pk, job.subject_id,
                 job.data_subject_id, job.action, born[job.action][0], self.request.regulation,
                 job.due_on, now, now, born[job.action][1], 0, self.request.submitted_by_id,
                 self.parent_id)
                for job in jobs
            ),
        )  # fmt: skip
        return jobs

    def at_work(self, action: str) -> bool:
        """Whether any product has something to do."""
        return any(not _why_not(product, action) for product in self.products.values())

    def some_are_born_complete(self) -> bool:
        actions = {action for person in self.draft.people for action in person.actions}
        return not self.products or any(
            _why_not(product, action) for product in self.products.values() for action in actions
        )

    def responses(self, jobs: Sequence[NewJob]) -> None:
        fresh = iter(reserve_ids(ProductResponse, len(jobs) * len(self.products)))
        pairs = [(next(fresh), job, code) for job in jobs for code in self.products]
        gates = self.gates(pairs)
        copy_rows(ProductResponse, RESPONSE_COLUMNS, (self.response(*p, gates) for p in pairs))

    def gates(self, pairs: Sequence[tuple[int, NewJob, str]]) -> dict[tuple[int, str], int]:
        """(person, product) → gate, where a delete waits for an access of the same person."""
        deleted = {job.group for _, job, _ in pairs if job.action == Action.DELETE}
        gates: dict[tuple[int, str], int] = {}
        for pk, job, code in pairs:
            works = not _why_not(self.products[code], job.action)
            if job.action == Action.ACCESS and job.group in deleted and works:
                gates.setdefault((job.group, code), pk)
        return gates

    def response(
        self, pk: int, job: NewJob, code: str, gates: dict[tuple[int, str], int]
    ) -> tuple[object, ...]:
        product = self.products[code]
        gate = gates.get((job.group, code))
        waits = gate is not None and job.action == Action.DELETE
        why_not = _why_not(product, job.action)
        state = State.WAITING if waits else self.begins_as(State.COMPLETE if why_not else State.DUE)
        ended = state == State.COMPLETE
        low = self.request.priority == Priority.LOW
        now = self.request.created_at
        return (
            pk, self.organization_id, uuid4(), job.id, job.subject_id, product and product.pk, code,
            job.action, Step.PROCESS, state, job.due_on + LOW_PRIORITY if low else job.due_on, gate,
            0, 0, 0, "", outcomes.NOT_PROVISIONED if why_not else "", why_not, EMPTY, 0, EMPTY_LIST,
            EMPTY_LIST, now if ended else None, now,
            self.not_before if state == State.LATER else None,
        )  # fmt: skip

    def begins_as(self, state: State) -> State:
        """What begins later has its outcome, if it is born with one, and isn't told to have it."""
        return State.LATER if self.not_before else state


def _why_not(product: Product | None, action: str) -> str:
    """Why a response is complete at birth (a detail key); empty where there is work."""
    if product is None:
        return "engine.not_set_up"
    return "" if action in product.actions else "engine.no_such_action"


EMPTY, EMPTY_LIST = json.dumps({}), json.dumps([])
RESPONSE_COLUMNS = (
    "id", "organization_id", "public_id", "job_id", "request_subject_id", "product_id",
    "product_code", "action", "step", "state", "sort_key", "gate", "attempts", "tries",
    "lease_losses", "reference", "outcome_code", "outcome_detail", "outcome_params",
    "records_found", "processed", "ignored", "processed_at", "modified_at", "not_before",
)  # fmt: skip


def store(
    request: PrivacyRequest,
    draft: RequestDraft,
    products: dict[str, Product | None],
    sealer: Sealer,
    prints: Fingerprinter,
    *,
    first: int = 0,
    parent_id: int | None = None,
    not_before: datetime | None = None,
) -> Tree:
    """Stores people below a request, all or (from the position `first` on) the next of them; their
    jobs are children of `parent_id` where there is one, and begin at `not_before`. Eleven
    statements, however many people; one more for each thousand jobs with a product that has nothing
    to do."""
    storing = Storing(request, draft, products, sealer, prints, first, parent_id, not_before)
    data_subjects = storing.data_subjects()
    subject_ids = storing.subjects(data_subjects)
    storing.identities(subject_ids)
    jobs = storing.jobs(subject_ids, data_subjects)
    storing.responses(jobs)
    if not not_before and storing.some_are_born_complete():
        tell_births([job.id for job in jobs])
    return Tree(request, jobs)


def same_person(marks: Sequence[set[bytes]]) -> list[int]:
    """Numbers people: those who share a mark (key or identity), directly or through others, get
    the same number, the lowest index among them."""
    leader = list(range(len(marks)))

    def find(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[bytes, int] = {}
    for index, own in enumerate(marks):
        for mark in own:
            a, b = find(first.setdefault(mark, index)), find(index)
            leader[max(a, b)] = min(a, b)
    return [find(index) for index in range(len(marks))]
