"""What every processor speaks: a batch of assignments in, outcomes out.

A processor knows its product and nothing of our tables: no model, no queue, no other product.
Sentences are kept as a key and parameters (see jobs.rules.outcomes) and never hold an identity
value.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol
from uuid import UUID

import msgspec

from jobs.processors.content import Content, ContentWriter
from jobs.rules.states import Action


class Identity(msgspec.Struct, frozen=True):
    """One identity of a person; `position` is its place among those submitted (0-based)."""

    position: int
    namespace: str  # canonical (lower case, aliases resolved)
    value: str
    qualifier: str = "standard"
    opted_out: bool | None = None  # of an opt-out of sale: the present choice, false is back in


class Assignment(msgspec.Struct, frozen=True):
    """One person and action at one product. `id` never changes between attempts: at a remote
    product it is the idempotency key."""

    id: UUID
    action: str  # of jobs.rules.states.Action
    identities: tuple[Identity, ...]
    purge: bool = False  # analyticsDeleteMethod: anonymize (False, the default) or purge
    regulation: str = ""
    begun: Outcome | None = None  # what an earlier attempt told `begin`; it may have been committed
    tries: int = 0
    reference: str = ""  # of a pending answer, on polls and cancels
    qualifiers: tuple[tuple[str, str], ...] = ()  # further companyContexts (namespace, value)
    received_at: datetime | None = None  # when the person's request came in


class Outcome(msgspec.Struct, frozen=True):
    """What became of one assignment.

    `code` is the contract's ("6000-200"); `detail` a key of jobs.rules.outcomes.DETAILS with its
    `params` (JSON). `processed` and `ignored` are positions of identities. `retry` marks a failure
    that may pass by itself; every other failure is final.
    """

    assignment_id: UUID
    code: str
    detail: str = ""
    params: Mapping[str, Any] = {}
    records: int = 0
    processed: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()
    content: Content | None = None
    retry: bool = False

    @property
    def good(self) -> bool:
        return self.code.endswith("-200")

    def at_least(self, begun: Outcome | None) -> Outcome:
        """The larger of this and what was begun before: a repeat tells what the first try did. Who
        begins without a number (a remote system counts for itself) has told nothing of that."""
        if begun is None or begun.records < max(self.records, 1):
            return self
        return msgspec.structs.replace(begun, assignment_id=self.assignment_id)


@dataclass(frozen=True, slots=True)
class Pending:
    """The product took the assignment and answers later: ask again after `check_after` seconds."""

    assignment_id: UUID
    reference: str
    check_after: float
    detail: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class ProductUnavailable(Exception):
    """The product as a whole does not answer; no person has failed. Uses up nobody's tries."""

    def __init__(
        self,
        detail: str,
        params: Mapping[str, Any] | None = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail, self.params, self.retry_after = detail, dict(params or {}), retry_after


class BadData(Exception):
    """Something in this batch cannot be processed: the engine splits it until the bad one is alone,
    then that one ends with this code, detail and parameters."""

    def __init__(
        self,
        code: str,
        detail: str,
        params: Mapping[str, Any] | None = None,
        *,
        retry: bool = False,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.params, self.retry = code, detail, dict(params or {}), retry


class TryAgain(Exception):
    """Deadlock, serialization failure, lock time-out at the product: tried again at once."""


class LeaseLost(Exception):
    """Raised by `Batch.begin`: others have the work now; nothing may be destroyed."""


class TaskSaid(msgspec.Struct, frozen=True):
    """What somebody answered to a task: see jobs.rules.task_answers."""

    answer: str
    refusal: str = ""
    records: int = 0


class Desk(Protocol):
    """Where people see to assignments: the portal's own tasks."""

    def give(
        self,
        assignment_ids: Collection[UUID],
        *,
        members: Sequence[str],
        outside: Sequence[str],
        days: int,
    ) -> None:
        """Opens a task for each that has none, and anew one that was over: in turn to members and
        addresses (e-mail), due in so many days, and not after the job."""

    def said(self, assignment_ids: Collection[UUID]) -> Mapping[UUID, TaskSaid]:
        """The answers that are there; they are taken, and their tasks over."""

    def files(self, assignment_id: UUID) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of what was put to a task, one file after another."""

    def withdraw(self, assignment_ids: Collection[UUID]) -> Collection[UUID]:
        """Ends tasks that nobody answered; which."""


Named = tuple[str, str]  # an identity: canonical namespace, value


def _nobody(_identities: Collection[Named]) -> Collection[Named]:
    return ()


@dataclass(slots=True)
class Batch:
    """Assignments of one action (and step) at one product, handed to a processor together."""

    action: str
    assignments: Sequence[Assignment]
    deadline: float  # time.monotonic(); every call and statement at the product ends before it
    tell_begun: Callable[[Mapping[UUID, Outcome]], None]
    open_content: Callable[[UUID], ContentWriter]
    who_opted_out: Callable[[Collection[Named]], Collection[Named]] = _nobody
    callback_url: str = ""  # where the product may tell that there is news of what is Pending
    desk: Desk | None = None  # for what people see to

    def begin(self, outcomes: Mapping[UUID, Outcome]) -> None:
        """Told just before a destructive commit: what it will have done, per assignment.
        LeaseLost means that nothing may be committed. Who only sends the work elsewhere tells
        SUCCESS of no records: that it was sent, and not what it did."""
        self.tell_begun(outcomes)

    def content(self, assignment_id: UUID) -> ContentWriter:
        """Where an access writes its files; `finish()` gives the Content for the Outcome."""
        return self.open_content(assignment_id)

    def opted_out(self, identities: Collection[Named]) -> Collection[Named]:
        """Those of some identities whose present choice is out, whoever was submitted with them:
        of what belongs to several, each has a say. LeaseLost means that nobody can tell."""
        return self.who_opted_out(identities) if identities else ()

    def seconds_left(self) -> float:
        return max(0.0, self.deadline - time.monotonic())


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a settings document: `path` like `tables.orders.identities[0].column`."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of "Test connection": level is "ok", "warning" or "error"."""

    level: str
    message: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a settings document, as a form asks for it. `kind` is text, long (of several
    lines), url, secret, number, choice (of `choices`: value and label), flag, lines (a list of
    texts), members (a list of their addresses), or mapping (an editor of its own). `name` is where
    it stands in the document."""

    name: str
    label: Any
    help: Any = ""
    kind: str = "text"
    required: bool = True
    default: Any = None
    choices: Sequence[tuple[str, Any]] = ()


class NotHeard(Exception):
    """A callback that is not the product's: its signature is missing, wrong or too old."""


class Touched(msgspec.Struct, frozen=True):
    """What a delete would do to the rows of one table, counted."""

    name: str
    erase: int = 0
    blank: int = 0
    keep: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A column of a table that refers to one of another."""

    column: str
    table: str
    other: str  # the column there


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a product's table. `label` is what it probably is: the canonical name of a
    namespace ("email"), "personal", "secret" or "" (other)."""

    name: str
    type: str
    label: str = ""
    needed: bool = False  # it may not be NULL
    key: bool = False  # (part of) the primary key


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table that a product has, for whoever maps it."""

    name: str
    columns: Sequence[Column]
    links: Sequence[Link] = ()
    schema: str = ""  # where it is not on the search path


@dataclass(frozen=True, slots=True)
class Preview:
    """What access would give of one table, and what a delete would do there, for one person.
    `rows` are the first few, as texts; `changed` are the columns that a delete would blank."""

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    count: int
    do: str  # delete, anonymize or keep
    changed: frozenset[str] = frozenset()
    reason: str = ""


class Processor:
    """The adapter to one kind of system. One instance serves one version of one product's settings
    in one process; it is made after the fork and closed when idle."""

    kind: ClassVar[str]  # its name in `Product.processor`
    label: ClassVar[Any] = ""  # what people call it, and one sentence on when to choose it
    purpose: ClassVar[Any] = ""
    icon: ClassVar[str] = "plug-connected"  # of static/icons.svg
    fields: ClassVar[Sequence[Setting]] = ()  # what the form of its settings asks
    # Sentences for the details of its outcomes, by key: "<kind>.something", with named parameters.
    sentences: ClassVar[Mapping[str, Any]] = {}
    secret_fields: ClassVar[frozenset[str]] = frozenset()  # top-level settings that are sealed
    batch_size: ClassVar[int | None] = None  # None: the engine's setting
    max_parallel: int = 2  # batches at the product at once; may depend on the settings
    pending_days: ClassVar[int | None] = None  # its last day to answer; None: the engine's setting

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """`settings` is the whole document, secrets opened, already validated."""
        self.settings = settings

    @classmethod
    def validate(cls, settings: Any) -> list[Problem]:
        """Every problem of a settings document, each with its path; [] when it is right."""
        raise NotImplementedError

    @classmethod
    def describe(cls, mapping: Mapping[str, Any], action: str) -> Sequence[str]:
        """What an action would do there, in short phrases for whoever chooses the product, told
        from the settings without their secrets; nothing is asked of the product."""
        return ()

    @property
    def actions(self) -> frozenset[str]:
        """The actions that it can fulfil with these settings; others never reach it."""
        return frozenset({Action.ACCESS, Action.DELETE})

    @property
    def namespaces(self) -> frozenset[str] | None:
        """The namespaces it reads (only those are opened for it); None for all."""
        return None

    def process(self, batch: Batch) -> Iterator[Outcome | Pending]:
        """Yields one answer per assignment, when it is certain and (access) its content written."""
        raise NotImplementedError

    def poll(self, batch: Batch) -> Iterator[Outcome | Pending]:
        """Answers for assignments that were Pending; only for products that answer later."""
        raise NotImplementedError

    def cancel(self, batch: Batch) -> Iterator[Outcome | Pending]:
        """Withdraws what is Pending, where the product can."""
        raise NotImplementedError

    def hear(self, headers: Mapping[str, str], body: bytes) -> Sequence[str]:
        """The references that a callback has news of, once it is certain that the product sent
        it: they are polled at once. `headers` have names in lower case. NotHeard for all else."""
        raise NotHeard

    def count(self, assignments: Sequence[Assignment], seconds: float) -> Sequence[Touched] | None:
        """What a delete of these people would touch, each row counted once and none changed, within
        so many seconds; None where the product cannot be asked that. ProductUnavailable and the
        errors of `process` say why there is no number."""
        return None

    @classmethod
    def look(cls, settings: Mapping[str, Any], namespaces: Sequence[str]) -> Sequence[FoundTable]:
        """The tables that there are to map, with proposals; of `settings` only the connection need
        be there. ProductUnavailable says why nothing can be seen."""
        return ()

    def preview(self, assignment: Assignment, seconds: float) -> Sequence[Preview]:
        """What a person's access and delete would touch, read only. Raises as `count` does."""
        return ()

    def test_connection(self) -> list[Finding]:
        """What an administrator should know before work is sent, in words."""
        raise NotImplementedError

    def check(self, person: Sequence[Named] = ()) -> Iterator[Finding]:
        """Whether the product speaks its protocol as it should, for whoever builds it: one finding
        for each thing that was tried, "ok" where it passed. What is tried is of people that do not
        exist, and access of the given one."""
        yield from self.test_connection()

    def rest(self) -> None:
        """Nothing is due: lets go of connections, and may go on later."""

    def close(self) -> None:
        """Lets go of everything."""
