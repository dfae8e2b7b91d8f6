"""Roll-up: a job's state from its responses. Lock, then look, in two statements."""

from collections.abc import Iterable, Sequence

from django.db import connection

from jobs.events.outbox import JOB_KIND, telling
from jobs.rules.states import JobState, job_state

CLOSED = {JobState.COMPLETE, JobState.ERROR}


def roll_up(job_ids: Iterable[int]) -> int:
    """Brings jobs into the state that their responses say; how many changed. Runs in the
    transaction that moved the responses, which are locked before. A job whose state stays is not
    written: most roll-ups only wait for the next product."""
    ids = sorted(set(job_ids))
    if not ids:
        return 0
    known = _lock(ids)
    states: dict[int, set[str]] = {pk: set() for pk in known}
    records = dict.fromkeys(known, 0)
    for job_id, state, found in _look(ids):
        states[job_id].add(state)
        records[job_id] += found
    changes = []
    for pk, before in known.items():
        after = job_state(states[pk], attempted=before != JobState.SUBMITTED)
        if after != before:
            changes.append((pk, after, records[pk]))
    _change(changes)
    return len(changes)


def _lock(ids: list[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, state FROM jobs_job WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [ids],
        )
        return dict(cursor.fetchall())


def _look(ids: list[int]) -> list[tuple[int, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT job_id, state, sum(records_found)::bigint FROM jobs_productresponse"
            " WHERE job_id = ANY(%s) GROUP BY job_id, state",
            [ids],
        )
        return cursor.fetchall()


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
