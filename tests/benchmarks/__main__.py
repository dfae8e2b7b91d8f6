"""`make bench`: the speed of the engine as a table, on servers of its own.

People and rows can be set: BENCH_PEOPLE=10000 BENCH_ROWS=1000000."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.servers import start

start()

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyportal.settings")
os.environ["PRODUCT_PRIVATE_HOSTS"] = "127.0.0.0/8,::1/128"
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["LOG_LEVEL"] = "WARNING"
django.setup()

from django.core.management import call_command  # noqa: E402

from tests.benchmarks import fulfilment, submission  # noqa: E402


def main() -> None:
    people = int(os.environ.get("BENCH_PEOPLE", "10000"))
    rows = int(os.environ.get("BENCH_ROWS", "1000000"))
    call_command("migrate", verbosity=0)
    print(f"{'what':<58} {'measured':>22}   goal")
    with tempfile.TemporaryDirectory(prefix="privacyportal-bench-") as folder:
        for line in submission.measure():
            print(line, flush=True)
        for line in fulfilment.measure(Path(folder), people, rows):
            print(line, flush=True)


if __name__ == "__main__":
    main()
