"""The processor for SQL databases: sets of people, one transaction a batch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from sqlalchemy import Engine, MetaData

from jobs.processors import answers, describe
from jobs.processors.base import (
    Assignment,
    Batch,
    Finding,
    FoundTable,
    Outcome,
    Preview,
    Problem,
    Processor,
    Touched,
)
from jobs.processors.mapping import Policy
from jobs.processors.sql import (
    address,
    checks,
    choices,
    counting,
    dialects,
    document,
    looking,
    previewing,
)
from jobs.processors.sql.connect import check_now, open_engine, reflect, transaction
from jobs.processors.sql.deeds import (
    carry_out,
    counted_when_gone,
    delete_and_count,
    left_to_do,
)
from jobs.processors.sql.document import Table
from jobs.processors.sql.export import give
from jobs.processors.sql.failures import explained
from jobs.processors.sql.fields import FIELDS
from jobs.processors.sql.reach import Mapped, Rows, mapped_tables, reach
from jobs.processors.sql.sentences import SENTENCES
from jobs.rules.states import Action

LOOK_AGAIN_SECONDS = 300


class SqlProcessor(Processor):
    """See docs/sql-processor.md for the settings document."""

    kind = "sql"
    label = _("SQL database")
    purpose = _(
        "Reads, deletes and marks rows in tables of a PostgreSQL, MySQL, MariaDB or SQLite "
        "database."
    )
    icon = "database"
    fields = FIELDS
    sentences = SENTENCES
    secret_fields = frozenset({"url", "hash_key"})

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.tables = document.read(settings)
        self._choosing = choices.choosing(self.tables)
        self._actions = super().actions | ({Action.OPT_OUT} if self._choosing else set())
        self._namespaces = _namespaces(self.tables)
        self._namespaces_of_choices = _namespaces(self._choosing)
        self._engine: Engine | None = None
        self._mapped: list[Mapped] = []
        self._looked_at = 0.0

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        found = list(document.problems(settings))
        if isinstance(settings, Mapping) and isinstance(url := settings.get("url"), str) and url:
            found += [Problem("url", sentence) for sentence in address.problems(url)]
        return found

    @property
    def actions(self) -> frozenset[str]:
        return self._actions

    @property
    def namespaces(self) -> frozenset[str]:
        return self._namespaces

    def process(self, batch: Batch) -> Iterator[Outcome]:
        with explained(batch.action):
            engine, mapped = self._open()
            if batch.action == Action.ACCESS:
                yield from self._access(engine, mapped, batch)
            elif batch.action == Action.OPT_OUT:
                yield from self._opt_out(engine, mapped, batch)
            else:
                for purge in (False, True):
                    chosen = [a for a in batch.assignments if a.purge == purge]
                    if chosen:
                        yield from self._delete(engine, mapped, batch, chosen, purge)

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        return describe.phrases(document.read(mapping), action)

    def count(self, assignments: Sequence[Assignment], seconds: float) -> Sequence[Touched]:
        until = time.monotonic() + seconds
        with explained(Action.DELETE):
            engine, mapped = self._open()
            with transaction(engine, write=False, seconds=seconds) as connection:
                return counting.touched(connection, mapped, assignments, until)

    @classmethod
    def look(cls, settings: Mapping[str, Any], namespaces: Sequence[str]) -> Sequence[FoundTable]:
        return looking.look(str(settings.get("url", "")), namespaces)

    def preview(self, assignment: Assignment, seconds: float) -> Sequence[Preview]:
        with explained(Action.ACCESS):
            engine, mapped = self._open()
            with transaction(engine, write=False, seconds=seconds) as connection:
                return previewing.previews(connection, mapped, assignment)

    def test_connection(self) -> list[Finding]:
        return checks.findings(self.settings["url"], self.tables)

    def rest(self) -> None:
        if self._engine is not None:
            self._engine.dispose()

    def close(self) -> None:
        self.rest()
        self._engine = None

    def _open(self) -> tuple[Engine, list[Mapped]]:
        """The database and its tables; these are looked at again every few minutes."""
        if self._engine is None or time.monotonic() - self._looked_at > LOOK_AGAIN_SECONDS:
            self.close()
            self._engine = open_engine(self.settings["url"])
            self._look()
        return self._engine, self._mapped

    def _look(self) -> None:
        assert self._engine is not None
        metadata = MetaData()
        try:
            tables = {
                t.name: reflect(self._engine, metadata, t.name, t.schema) for t in self.tables
            }
        except BaseException:
            self.close()
            raise
        self._mapped = mapped_tables(self.tables, tables, dialects.of(self._engine))
        self._looked_at = time.monotonic()

    def _access(self, engine: Engine, mapped: list[Mapped], batch: Batch) -> Iterator[Outcome]:
        answered: set[UUID] = set()
        with transaction(engine, write=False, seconds=batch.seconds_left()) as connection:
            reached = reach(connection, mapped, batch.assignments)
            for assignment, records, content in give(connection, reached, batch):
                answered.add(assignment.id)
                known = self._known(assignment)
                yield answers.told(assignment, known, records=records, content=content)
        for assignment in batch.assignments:
            if assignment.id not in answered:
                yield self._nobody(assignment)

    def _opt_out(self, engine: Engine, mapped: list[Mapped], batch: Batch) -> Iterator[Outcome]:
        names = {table.name for table in self._choosing}
        tables = [one for one in mapped if one.table.name in names]
        with transaction(engine, write=True, seconds=batch.seconds_left()) as connection:
            counts = choices.write(connection, tables, batch)
            told = [
                answers.told(assignment, self._known(assignment), records=counts[person])
                if counts.get(person)
                else self._nobody(assignment)
                for person, assignment in enumerate(batch.assignments)
            ]
            check_now(connection)
            batch.begin({outcome.assignment_id: outcome for outcome in told})
        yield from told

    def _delete(
        self,
        engine: Engine,
        mapped: list[Mapped],
        batch: Batch,
        assignments: Sequence[Assignment],
        purge: bool,
    ) -> Iterator[Outcome]:
        policies = {t.name: t.purge if purge else t.delete for t in self.tables}
        later = counted_when_gone(mapped, policies)
        with transaction(engine, write=True, seconds=batch.seconds_left()) as connection:
            reached = reach(connection, mapped, assignments, uncounted=later, to_write=True)
            plan = [(rows, policies[rows.mapped.table.name]) for rows in reached]
            counts = [left_to_do(rows, policy, connection) for rows, policy in plan]
            for rows, policy in reversed(plan):  # children before their parents
                if rows.mapped.table.name in later:
                    delete_and_count(rows, connection)
                else:
                    carry_out(rows, policy, connection, str(self.settings.get("hash_key", "")))
            told = {
                assignment.id: outcome
                for person, assignment in enumerate(assignments)
                if (outcome := self._done(person, assignment, plan, counts))
            }
            check_now(connection)
            if told:
                batch.begin(told)
        for assignment in assignments:
            yield told.get(assignment.id) or self._nobody(assignment)

    def _done(
        self,
        person: int,
        assignment: Assignment,
        plan: Sequence[tuple[Rows, Policy]],
        counts: Sequence[Mapping[int, int]],
    ) -> Outcome | None:
        numbers = [
            (policy, count.get(person, 0))
            for (_rows, policy), count in zip(plan, counts, strict=True)
        ]
        return answers.done(assignment, self._known(assignment), numbers, "sql.kept")

    def _known(self, assignment: Assignment) -> frozenset[str]:
        """The namespaces that its action looks for."""
        opts_out = assignment.action == Action.OPT_OUT
        return self._namespaces_of_choices if opts_out else self._namespaces

    def _nobody(self, assignment: Assignment) -> Outcome:
        return answers.nobody(assignment, self._known(assignment))


def _namespaces(tables: Sequence[Table]) -> frozenset[str]:
    return frozenset(identity.namespace for table in tables for identity in table.identities)
