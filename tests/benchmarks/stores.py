"""(m) deletes in MariaDB and (n) in files, by the processors alone, each against a bare script that
does the same: side by side, in turns."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import mean
from typing import Any

from django.conf import settings

from jobs.processors.base import Processor
from jobs.processors.files import FilesProcessor
from jobs.processors.sql import SqlProcessor
from tests.benchmarks.shops import MAPPING, address, scattered
from tests.benchmarks.table import row
from tests.processors import mariadb
from tests.processors.batches import Call, person
from tests.processors.databases import mariadb_database

ROUNDS = 3
BATCH = 1_000
TABLES = """
    CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), name VARCHAR(40), KEY (email));
    CREATE TABLE orders (id INT PRIMARY KEY, person INT, total DECIMAL(8,2),
        FOREIGN KEY (person) REFERENCES people (id));
    CREATE TABLE `lines` (id INT PRIMARY KEY, order_id INT, article VARCHAR(40),
        FOREIGN KEY (order_id) REFERENCES orders (id));
    INSERT INTO people SELECT seq, CONCAT('person', seq, '@example.org'), CONCAT('Name ', seq)
        FROM seq_0_to_{people};
    INSERT INTO orders SELECT seq, seq DIV 2, seq % 900 FROM seq_0_to_{orders};
    INSERT INTO `lines` SELECT seq, seq DIV 2, CONCAT('Article ', seq) FROM seq_0_to_{rows};
    ANALYZE TABLE people, orders, `lines`"""
DELETES = (
    "DELETE l FROM `lines` l JOIN orders o ON l.order_id = o.id JOIN people p ON o.person = p.id"
    " WHERE p.email IN %s",
    "DELETE o FROM orders o JOIN people p ON o.person = p.id WHERE p.email IN %s",
    "DELETE FROM people WHERE email IN %s",
)


def measure(folder: Path, rows: int) -> Iterator[str]:
    if mariadb.installed():
        yield from _databases(folder, rows)
    yield from _files(folder, rows)


def _databases(folder: Path, rows: int) -> Iterator[str]:
    people = rows // 7  # each has two orders, each order two lines
    asking = iter(scattered(range((2 * ROUNDS + 2) * BATCH), people))
    ours, bare = [], []
    with mariadb.running() as server:
        shape = {"people": people - 1, "orders": 2 * people - 1, "rows": 4 * people - 1}
        product = mariadb_database(server, TABLES.format(**shape))
        processor = SqlProcessor(product.document(MAPPING))
        for _round in range(ROUNDS + 1):
            ours.append(_processed(processor, folder, [next(asking) for _ in range(BATCH)]))
            bare.append(_deleted(server, product.at, [next(asking) for _ in range(BATCH)]))
    yield row(
        f"(m) {BATCH} deletes in MariaDB of {7 * people} rows, one process",
        f"{BATCH / mean(ours[1:]):.0f} jobs/s",
        "",
    )
    yield row("    against a bare script", f"{mean(ours[1:]) / mean(bare[1:]):.2f} ×", "≤ 2.5 ×")


def _processed(processor: Processor, folder: Path, people: list[int]) -> float:
    asked = [person("delete", ("email", address(number))) for number in people]
    begin = time.perf_counter()
    done = Call(folder)(processor, "delete", *asked)
    took = time.perf_counter() - begin
    assert {outcome.code for outcome in done} == {"6000-200"}
    return took


def _deleted(server: mariadb.Server, name: str, people: list[int]) -> float:
    begin = time.perf_counter()
    with closing(server.connect(name)) as connection, connection.cursor() as cursor:
        for statement in DELETES:
            cursor.execute(statement, [[address(number) for number in people]])
        connection.commit()
    return time.perf_counter() - begin


def _files(folder: Path, rows: int) -> Iterator[str]:
    place = folder / "files"
    place.mkdir()
    settings.PRODUCT_FILE_DIRS = [place]
    tables: dict[str, Any] = {
        "*.csv": {"identities": [{"namespace": "email", "column": "email", "normalized": True}]}
    }
    processor = FilesProcessor({"url": str(place), "tables": tables})
    path, ours, bare = place / "people.csv", [], []
    _fill(path, rows)
    asking = iter(scattered(range(2 * ROUNDS * BATCH), rows))
    for _round in range(ROUNDS):
        ours.append(_processed(processor, folder, [next(asking) for _ in range(BATCH)]))
        bare.append(_filtered(path, {address(next(asking)) for _ in range(BATCH)}))
    yield row(
        f"(n) {BATCH} deletes in a file of {rows} lines, one process",
        f"{rows / mean(ours):.0f} lines/s",
        "",
    )
    yield row(
        "    against a bare script, which reads once and verifies nothing",
        f"{mean(ours) / mean(bare):.2f} ×",
        "≤ 4 ×",
    )


def _fill(path: Path, rows: int) -> None:
    with path.open("w", newline="") as file:
        file.write("id,email,name,street,town\n")
        file.writelines(
            f'{n},{address(n)},Name {n},"{n} Long Street, left",Town {n % 999}\n'
            for n in range(rows)
        )


def _filtered(path: Path, people: set[str]) -> float:
    begin = time.perf_counter()
    successor = path.with_suffix(".part")
    with path.open(newline="") as file, successor.open("w", newline="") as out:
        reader, writer = csv.reader(file), csv.writer(out)
        columns = next(reader)
        writer.writerow(columns)
        place = columns.index("email")
        for line in reader:
            if line[place] not in people:
                writer.writerow(line)
        out.flush()
        os.fsync(out.fileno())
    successor.replace(path)
    return time.perf_counter() - begin
