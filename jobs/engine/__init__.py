"""The engine: the database is the queue, Celery only wakes workers.

    submission, officers, sweep ──► wake(product) ──► Celery task ──► turn(product), at most 10 s:

        claim    short transaction: lease a batch of due responses          claim.py
        work     processor.process(batch), no transaction of ours open      work.py, lease.py
        record   outcomes, attempts, content, gates, roll-up of jobs        record.py, rollup.py

    Time passes in one place, the sweep: `later` and `working` whose time is over become `due`.

Lock order, everywhere (claim, record, cancel, retry, release): a product (claim only), then the
responses concerned by id, then their jobs and the parents of these by id, nothing after. Lock, then
look, in two statements: one statement keeps the snapshot that it took before it waited. Statements
address rows by id lists; the planner must never guess from a queue's statistics.
"""
