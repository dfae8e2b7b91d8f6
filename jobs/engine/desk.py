"""The desk: assignments of a batch that people see to, as manual tasks. An answer hastens the poll
that takes it, as a callback would, so that it is recorded as everywhere."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils import timezone

from jobs.engine.claim import Claim
from jobs.engine.load import Load
from jobs.models import ManualTask, OutsideWorker, TaskFile
from jobs.models.places import task_file_place
from jobs.processors.base import TaskSaid
from privacyportal.organizations.models import Member

ENOUGH = 1000  # open tasks: whoever has so many is not compared any further


class Worker(NamedTuple):
    """Who is given a task: a member, or somebody outside."""

    member_id: int | None = None
    outsider_id: int | None = None


NOBODY = Worker()


class Desk:
    """See jobs.processors.base.Desk; each method is a few statements, whatever the number."""

    def __init__(self, claim: Claim, load: Load) -> None:
        self._claim, self._load = claim, load

    def give(
        self,
        assignment_ids: Collection[UUID],
        *,
        members: Sequence[str],
        outside: Sequence[str],
        days: int,
    ) -> None:
        product = self._claim.product
        responses = [self._load.responses[one] for one in assignment_ids]
        today = timezone.localdate(timezone=ZoneInfo(product.organization.time_zone))
        workers = self._workers(members, outside)
        turns = _in_turn(workers, self._open_tasks(workers), len(responses))
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO jobs_manualtask AS task (public_id, organization_id, product_id,
                    response_id, job_id, action, member_id, outsider_id, due_on, created_at, answer,
                    refusal, records, answered_by)
                SELECT given.public_id, %s, %s, given.response_id, job.id, %s, given.member_id,
                    given.outsider_id, least(job.due_on, %s), clock_timestamp(), '', '', 0, ''
                FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
                    AS given (public_id, response_id, job_id, member_id, outsider_id)
                JOIN jobs_job AS job ON job.id = given.job_id
                ORDER BY given.response_id
                ON CONFLICT (response_id) DO UPDATE SET
                    member_id = excluded.member_id, outsider_id = excluded.outsider_id,
                    due_on = excluded.due_on, created_at = excluded.created_at, told_at = NULL,
                    reminded_on = NULL, answer = '', refusal = '', records = 0,
                    words_sealed = NULL, answered_by = '', answered_at = NULL, ended_at = NULL
                WHERE task.ended_at IS NOT NULL
                """,
                [
                    product.organization_id,
                    product.pk,
                    self._claim.action,
                    today + timedelta(days=days),
                    [response.public_id for response in responses],
                    [response.id for response in responses],
                    [response.job_id for response in responses],
                    [worker.member_id for worker in turns],
                    [worker.outsider_id for worker in turns],
                ],
            )

    def said(self, assignment_ids: Collection[UUID]) -> Mapping[UUID, TaskSaid]:
        since = timezone.now() - timedelta(seconds=settings.PORTAL_UNDO_SECONDS)
        found = ManualTask.objects.filter(public_id__in=assignment_ids, answered_at__lte=since)
        rows = list(found.values_list("pk", "public_id", "answer", "refusal", "records"))
        taken = [pk for pk, *_rest in rows]
        ManualTask.objects.filter(pk__in=taken, ended_at=None).update(ended_at=timezone.now())
        return {
            public_id: TaskSaid(answer, refusal, records)
            for _pk, public_id, answer, refusal, records in rows
        }

    def files(self, assignment_id: UUID) -> Iterator[tuple[str, bytes]]:
        key = self._load.sealer(self._load.responses[assignment_id])
        found = TaskFile.objects.filter(task__public_id=assignment_id).order_by("pk")
        for pk in list(found.values_list("pk", flat=True)):
            file = TaskFile.objects.get(pk=pk)
            name = key.open(file.name_sealed, task_file_place(file.public_id, "name")).decode()
            yield name, key.open(file.body_sealed, task_file_place(file.public_id, "body"))

    def withdraw(self, assignment_ids: Collection[UUID]) -> Collection[UUID]:
        unanswered = ManualTask.objects.filter(public_id__in=assignment_ids, answer="")
        unanswered.filter(ended_at=None).update(ended_at=timezone.now())
        return set(unanswered.values_list("public_id", flat=True))

    def _workers(self, members: Sequence[str], outside: Sequence[str]) -> list[Worker]:
        """Those that are (still) members and can sign in, then the addresses, as they were set."""
        organization_id = self._claim.product.organization_id
        found = Member.objects.filter(
            organization_id=organization_id, user__email__in=members, user__is_active=True
        )
        inside = dict(found.values_list("user__email", "pk"))
        OutsideWorker.objects.bulk_create(
            [OutsideWorker(organization_id=organization_id, email=email) for email in outside],
            ignore_conflicts=True,
        )
        known = OutsideWorker.objects.filter(organization_id=organization_id, email__in=outside)
        outsiders = dict(known.values_list("email", "pk"))
        return [
            *(Worker(member_id=inside[email]) for email in members if email in inside),
            *(Worker(outsider_id=outsiders[email]) for email in outside),
        ]

    def _open_tasks(self, workers: Collection[Worker]) -> Mapping[Worker, int]:
        """How many each has at this product, counted no further than ENOUGH."""
        insiders = [one.member_id for one in workers if one.member_id]
        outsiders = [one.outsider_id for one in workers if one.outsider_id]
        inside = self._counted("task.outsider_id IS NULL AND task.member_id = given.id", insiders)
        outside = self._counted("task.outsider_id = given.id", outsiders)
        return {
            **{Worker(member_id=pk): n for pk, n in inside},
            **{Worker(outsider_id=pk): n for pk, n in outside},
        }

    def _counted(self, theirs: str, pks: Sequence[int]) -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT given.id, open.n FROM unnest(%s::bigint[]) AS given (id)
                CROSS JOIN LATERAL (
                    SELECT count(*) AS n FROM (
                        SELECT FROM jobs_manualtask AS task
                        WHERE task.product_id = %s AND {theirs}
                            AND task.answer = '' AND task.ended_at IS NULL
                        LIMIT %s
                    ) AS few
                ) AS open
                """,
                [list(pks), self._claim.product.pk, ENOUGH],
            )
            return cursor.fetchall()


def _in_turn(workers: Sequence[Worker], have: Mapping[Worker, int], many: int) -> list[Worker]:
    """Who gets the next tasks, so that in the end all have about as many."""
    if not workers:
        return [NOBODY] * many
    turns = [(have.get(worker, 0), place, worker) for place, worker in enumerate(workers)]
    heapq.heapify(turns)
    given = []
    for _ in range(many):
        count, place, worker = turns[0]
        given.append(worker)
        heapq.heapreplace(turns, (count + 1, place, worker))
    return given
