"""Tests that every processor passes, for authors of processors: see docs/processors.md.

A test class takes them over and gives the fixture `case`. They run without a database of ours and
without an engine; what the engine does with answers is its own to test.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from jobs.processors.base import (
    Assignment,
    Batch,
    Identity,
    LeaseLost,
    Named,
    NotHeard,
    Outcome,
    Pending,
    Processor,
)
from jobs.processors.content import ContentWriter
from jobs.processors.names import FileNames
from jobs.rules import outcomes
from jobs.rules.states import Action

SECONDS = 60.0
MOST_POLLS = 100
AT_ONCE = 10.0  # seconds in which a batch ends whose time is over
NOBODY = {outcomes.NOT_FOUND, outcomes.NAMESPACE_NOT_VALID}
ODD: tuple[Any, ...] = (None, 7, True, "", "\0", "é" * 9000, [], [7], {}, {"": None})


def _a_moment() -> None:
    time.sleep(0.1)


@dataclass(frozen=True)
class Case:
    """A product to be tried, fresh for each test. `known` is a person that it holds data of, in
    one identity or several; `wrong` are documents that have a problem each. `settle` lets the
    product do what it took, before it is asked again."""

    processor: type[Processor]
    document: Mapping[str, Any]
    known: tuple[Named, ...]
    unknown: tuple[Named, ...]
    wrong: Sequence[Any] = ({},)
    settle: Callable[[], None] = _a_moment


class Bench:
    """Batches for a processor, without an engine."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.case, self.folder = case, folder
        self.begun: dict[UUID, Outcome] = {}
        self.pending: list[Pending] = []
        self._writers = 0

    def open(self) -> closing[Processor]:
        return closing(self.case.processor(self.case.document))

    def batch(self, *people: Assignment, seconds: float = SECONDS, lost: bool = False) -> Batch:
        def begin(told: Mapping[UUID, Outcome]) -> None:
            if lost:
                raise LeaseLost
            self.begun.update(told)

        return Batch(
            people[0].action,
            people,
            time.monotonic() + seconds,
            begin,
            self._content,
            callback_url="https://portal.invalid/callbacks/0/",
        )

    def _content(self, assignment_id: UUID) -> ContentWriter:
        self._writers += 1
        return ContentWriter(
            lambda _n, data: data, self.folder / f"{assignment_id}-{self._writers}"
        )

    def answers(self, *people: Assignment) -> list[Outcome | Pending]:
        """What one call of `process` says."""
        with self.open() as processor:
            return list(processor.process(self.batch(*people)))

    def run(self, *people: Assignment) -> list[Outcome]:
        """The outcome of each, asked for until it is there."""
        done: dict[UUID, Outcome] = {}
        waiting = list(people)
        with self.open() as processor:
            step = processor.process
            for _again in range(MOST_POLLS):
                answers = list(step(self.batch(*waiting)))
                done |= {a.assignment_id: a for a in answers if isinstance(a, Outcome)}
                late = {a.assignment_id: a for a in answers if isinstance(a, Pending)}
                self.pending += late.values()
                waiting = [
                    msgspec.structs.replace(a, reference=late[a.id].reference)
                    for a in waiting
                    if a.id in late
                ]
                if not waiting:
                    return [done[a.id] for a in people]
                self.case.settle()
                step = processor.poll
        raise AssertionError(f"no answer after {MOST_POLLS} polls")

    def known(self, action: str, **more: Any) -> Assignment:
        return _person(action, self.case.known, **more)

    def unknown(self, action: str, **more: Any) -> Assignment:
        return _person(action, self.case.unknown, **more)


def _person(action: str, named: Sequence[Named], **more: Any) -> Assignment:
    identities = tuple(Identity(n, name, value) for n, (name, value) in enumerate(named))
    return Assignment(
        more.pop("id", None) or uuid4(), action, identities, regulation="gdpr", **more
    )


class SettingsConformance:
    """The tests of its settings, and of what pages tell of it."""

    def test_settings_are_right_or_have_problems_with_paths(self, case: Case) -> None:
        assert case.processor.validate(case.document) == []

        for document in case.wrong:
            problems = case.processor.validate(document)
            assert problems, document
            assert all(problem.path and str(problem.message) for problem in problems)

    def test_no_settings_break_the_check(self, case: Case) -> None:
        for document in ODD:
            assert case.processor.validate(document), document
        for setting in case.processor.fields:
            for odd in ODD:
                problems = case.processor.validate({**case.document, setting.name: odd})
                assert all(str(problem.message) for problem in problems)

    def test_an_unknown_setting_is_a_problem(self, case: Case) -> None:
        problems = case.processor.validate({**case.document, "no_such_setting": 1})

        assert [problem.path for problem in problems] == ["no_such_setting"]

    def test_secrets_are_declared_and_kept(self, case: Case) -> None:
        asked = {setting.name for setting in case.processor.fields if setting.kind == "secret"}
        assert asked == set(case.processor.secret_fields)
        clear = {k: v for k, v in case.document.items() if k not in case.processor.secret_fields}
        secrets = [case.document[name] for name in asked if case.document.get(name)]

        with closing(case.processor(case.document)) as processor:
            told = [finding.message for finding in processor.test_connection()]
        for action in Action.values:
            told += case.processor.describe(clear, action)

        assert not any(secret in text for secret in secrets for text in told)

    def test_the_connection_is_fine(self, case: Case) -> None:
        with closing(case.processor(case.document)) as processor:
            findings = processor.test_connection()

        assert findings[0].level == "ok"
        assert not any(finding.level == "error" for finding in findings)

    def test_people_can_choose_it(self, case: Case) -> None:
        processor = case.processor

        assert processor.kind.isidentifier()
        assert str(processor.label)
        assert str(processor.purpose)
        names = [setting.name for setting in processor.fields]
        assert len(names) == len(set(names))
        assert set(case.document) <= set(names)


class ProcessorConformance(SettingsConformance):
    """The tests of a processor with a far side. Each takes the fixture `case`, which its class
    gives."""

    # --- answers -------------------------------------------------------------------------------

    def test_every_assignment_is_answered_once(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        people = [bench.known(Action.ACCESS), *(bench.unknown(Action.ACCESS) for _ in range(3))]

        answered = [answer.assignment_id for answer in bench.answers(*people)]

        assert sorted(answered) == sorted(person.id for person in people)

    def test_access_gives_files_with_safe_names(self, case: Case, tmp_path: Path) -> None:
        [outcome] = (bench := Bench(case, tmp_path)).run(bench.known(Action.ACCESS))

        assert outcome.code == outcomes.SUCCESS, outcome
        assert outcome.content
        names = FileNames()
        for file in outcome.content.files:
            assert file.name == names.safe(file.name)
            assert len(file.sha256) == 64
        assert outcome.content.size == sum(file.size for file in outcome.content.files) > 0

    def test_access_changes_nothing(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)

        first, again = (bench.run(bench.known(Action.ACCESS))[0] for _time in range(2))

        assert (first.code, first.records) == (again.code, again.records)

    def test_unknown_people_are_not_found(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)

        for action in (Action.ACCESS, Action.DELETE):
            [outcome] = bench.run(bench.unknown(action))

            assert outcome.code in NOBODY, outcome
            assert outcome.records == 0

    def test_outcomes_name_identities_by_their_places(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        known = bench.known(Action.ACCESS)
        stranger = Identity(len(known.identities), "no-such-namespace", "x", "unregistered")
        person = msgspec.structs.replace(known, identities=(*known.identities, stranger))

        [outcome] = bench.run(person)

        places = {identity.position for identity in person.identities}
        assert outcome.code in outcomes.MESSAGES
        assert {*outcome.processed, *outcome.ignored} <= places
        assert not {*outcome.processed} & {*outcome.ignored}

    def test_sentences_are_there_and_hold_no_value(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        people = [bench.known(Action.ACCESS), bench.unknown(Action.ACCESS)]
        told: list[tuple[str, Mapping[str, Any]]] = [
            (outcome.detail, outcome.params) for outcome in bench.run(*people)
        ]
        told += [(outcome.detail, outcome.params) for outcome in bench.run(bench.known("delete"))]
        told += [(pending.detail, pending.params) for pending in bench.pending]
        sentences = {**outcomes.DETAILS, **case.processor.sentences}

        for detail, params in told:
            text = str(sentences[detail]) % params if detail else ""
            assert not any(value in text for _name, value in (*case.known, *case.unknown))

    def test_what_is_pending_can_be_asked_for(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        bench.run(bench.known(Action.ACCESS), bench.unknown(Action.ACCESS))

        for pending in bench.pending:
            assert 0 < len(pending.reference) <= 500
            assert pending.check_after >= 0

    # --- deletes -------------------------------------------------------------------------------

    def test_who_is_deleted_is_not_there_any_more(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)

        [deleted] = bench.run(person := bench.known(Action.DELETE))

        assert deleted.code == outcomes.SUCCESS, deleted
        assert person.id in bench.begun
        assert bench.run(bench.known(Action.ACCESS))[0].code in NOBODY
        assert bench.run(bench.known(Action.DELETE))[0].code in NOBODY

    def test_a_repeated_delete_tells_what_was_begun(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        person = bench.known(Action.DELETE)
        [first] = bench.run(person)
        begun = bench.begun[person.id]

        [again] = bench.run(msgspec.structs.replace(person, begun=begun))

        assert again.at_least(begun).code == outcomes.SUCCESS
        assert again.at_least(begun).records == first.records

    def test_without_the_lease_nothing_is_deleted(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)

        with bench.open() as processor, suppress(LeaseLost):
            found = list(processor.process(bench.batch(bench.known(Action.DELETE), lost=True)))
            raise AssertionError(f"begin was not told before the delete: {found}")

        assert bench.run(bench.known(Action.ACCESS))[0].code == outcomes.SUCCESS

    # --- time and life -------------------------------------------------------------------------

    def test_a_batch_whose_time_is_over_ends(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)
        start = time.monotonic()

        with bench.open() as processor, suppress(Exception):
            list(processor.process(bench.batch(bench.known(Action.ACCESS), seconds=0)))

        assert time.monotonic() - start < AT_ONCE

    def test_it_goes_on_after_a_rest_and_closes_twice(self, case: Case, tmp_path: Path) -> None:
        bench = Bench(case, tmp_path)

        with bench.open() as processor:
            list(processor.process(bench.batch(bench.unknown(Action.ACCESS))))
            processor.rest()
            assert list(processor.process(bench.batch(bench.unknown(Action.ACCESS))))
            processor.close()

    def test_a_stranger_is_not_heard(self, case: Case) -> None:
        with closing(case.processor(case.document)) as processor:
            for body in (b"", b"{}", b'{"ids":["x"]}', b"\xff"):
                with suppress(NotHeard):
                    raise AssertionError(f"heard: {processor.hear({}, body)}")
