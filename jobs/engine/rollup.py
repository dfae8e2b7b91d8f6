"""Roll-up: a job's state from its responses and children. Lock, then look, in two statements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from jobs.events.outbox import JOB_KIND, telling
from jobs.rules.states import JobState, job_state

CLOSED = {JobState.COMPLETE, JobState.ERROR}


class Locked(NamedTuple):
    """A job as its lock found it."""

    state: str
    has_children: bool


def roll_up(job_ids: Iterable[int]) -> int:
    """Brings jobs, and those they are children of, into the state that their responses and children
    say; how many changed. Runs in the transaction that moved the responses, which are locked
    before. A job whose state stays is not written: most roll-ups only wait for the next product."""
    ids = sorted(set(job_ids))
    if not ids:
        return 0
    known = _lock(ids)
    parents = {pk for pk, job in known.items() if job.has_children}
    states: dict[int, set[str]] = {pk: set() for pk in known}
    records = dict.fromkeys(known, 0)
    for job_id, state, found in _look(list(known)):
        states[job_id].add(state)
        records[job_id] += found

    def changes(pks: Iterable[int], waiting: set[int]) -> list[tuple[int, str, int]]:
        return [
            (pk, after, records[pk])
            for pk in pks
            if (after := _after(known[pk], states[pk], pk in waiting)) != known[pk].state
        ]

    changed = changes(known.keys() - parents, set())
    _change(changed)
    if parents:  # once their children are what they are now
        others = changes(parents, _with_open_children(parents))
        _change(others)
        changed += others
    return len(changed)


def _after(job: Locked, states: Iterable[str], children: bool) -> JobState:
    return job_state(states, attempted=job.state != JobState.SUBMITTED, children=children)


def _lock(ids: list[int]) -> Mapping[int, Locked]:
    """The jobs and their parents, locked by id. A parent is never another one, so that it may be
    looked up before anything is locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, state, has_children FROM jobs_job
            WHERE id = ANY(%s::bigint[] || ARRAY(
                SELECT parent_id FROM jobs_job WHERE id = ANY(%s) AND parent_id IS NOT NULL
            ))
            ORDER BY id FOR NO KEY UPDATE
            """,
            [ids, ids],
        )
        return {pk: Locked(state, has_children) for pk, state, has_children in cursor.fetchall()}


def _look(ids: list[int]) -> list[tuple[int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id, state, sum(records_found)::bigint FROM jobs_productresponse"
            " WHERE job_id = ANY(%s) GROUP BY job_id, state",
            [ids],
        )
        return cursor.fetchall()


def _with_open_children(ids: Iterable[int]) -> set[int]:
    """Those of some locked jobs that have a child which is open: one index probe for each."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT parent.id FROM unnest(%s::bigint[]) AS parent (id)
            CROSS JOIN LATERAL (
                SELECT FROM jobs_job
                WHERE parent_id = parent.id AND parent_id IS NOT NULL AND closed_at IS NULL LIMIT 1
            ) AS child
            """,
            [list(ids)],
        )
        return {row[0] for row in cursor.fetchall()}


def _change(changes: Sequence[tuple[int, str, int]]) -> None:
    """A job that closes keeps the time at which it first did, until it is reopened: that is counted
    here and nowhere else. Closing is told as an event."""
    if not changes:
        return
    columns = [list(column) for column in zip(*changes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH changed AS (
                UPDATE jobs_job job SET state = new.state, records_found = new.records,
                    modified_at = clock_timestamp(),
                    reopening = job.reopening
                        + (job.closed_at IS NOT NULL AND new.state <> ALL(%s))::int,
                    closed_at = CASE WHEN new.state = ANY(%s)
                        THEN coalesce(job.closed_at, clock_timestamp()) END,
                    failed_at = CASE WHEN new.state = 'error'
                        THEN coalesce(job.failed_at, clock_timestamp()) END
                FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS new (id, state, records)
                WHERE job.id = new.id AND job.id = ANY(%s)
                RETURNING job.organization_id, job.id, job.state, job.reopening
            ), closed AS (
                SELECT organization_id, id AS job_id, id AS about_id, {JOB_KIND} AS kind, reopening
                FROM changed WHERE state IN ('complete', 'error')
            ), {telling("closed")}
            SELECT
            """,
            [sorted(CLOSED), sorted(CLOSED), *columns, columns[0]],
        )
