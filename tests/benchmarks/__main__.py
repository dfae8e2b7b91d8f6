"""`make bench`: the speed of the engine as a table, on durable servers of its own.

People and rows can be set: BENCH_PEOPLE=10000 BENCH_ROWS=1000000."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from privacyportal.local import servers
from privacyportal.local.postgres import Postgres
from tests.servers import forget_the_developers_settings


def main() -> None:
    forget_the_developers_settings()
    with (
        servers.temporary("privacyportal-bench-", durable=True) as ours,
        tempfile.TemporaryDirectory(prefix="privacyportal-bench-work-") as folder,
    ):
        postgres = ours.embedded["DATABASE_URL"]
        assert isinstance(postgres, Postgres)
        count_statements(postgres)
        os.environ.update(ours.environment)
        set_up(Path(folder))
        run(Path(folder))


def count_statements(postgres: Postgres) -> None:
    """PostgreSQL counts what it executes once its library for that is loaded at the start."""
    import psycopg

    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
    postgres.stop()
    postgres.start()


def set_up(folder: Path) -> None:
    import django

    os.environ.update(
        DJANGO_SETTINGS_MODULE="privacyportal.settings",
        PRODUCT_PRIVATE_HOSTS="127.0.0.0/8,::1/128",
        ALLOWED_HOSTS="testserver",
        LOG_LEVEL="WARNING",
        PACKAGE_DIR=str(folder / "packages"),
        STATIC_ROOT=str(folder / "static"),
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def run(folder: Path) -> None:
    from tests.benchmarks import choices, fulfilment, many_jobs, one_person, stores, submission

    people = int(os.environ.get("BENCH_PEOPLE", "10000"))
    rows = int(os.environ.get("BENCH_ROWS", "1000000"))
    print(f"{'what':<64} {'measured':>18}   goal")
    measures = (
        submission.measure(),
        fulfilment.measure(folder, people, rows),
        one_person.measure(),
        stores.measure(folder, rows),
        choices.measure(),
        many_jobs.measure(),
    )
    for measure in measures:
        for line in measure:
            print(line, flush=True)


if __name__ == "__main__":
    main()
