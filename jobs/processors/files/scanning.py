"""Whose lines are whose: each file is read once, for a whole batch, line by line."""

from __future__ import annotations

import csv
import errno
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import BadGzipFile
from typing import Any
from zlib import error as ZlibError

import msgspec

from jobs.processors.base import Assignment, ProductUnavailable, TryAgain
from jobs.processors.files.document import Table
from jobs.processors.files.formats import Lacking, Malformed, Rows, opened, rows
from jobs.processors.files.places import Place
from jobs.processors.mapping import Policy
from jobs.rules.normalize import NORMALIZATIONS

People = frozenset[int]  # positions among the assignments
NOBODY: People = frozenset()
LOOK_AT_THE_CLOCK = 5_000  # lines
NO_FORMAT = (
    Malformed, csv.Error, msgspec.DecodeError, UnicodeDecodeError, BadGzipFile, EOFError, ZlibError,
)  # fmt: skip

Whose = Callable[[Any], People]


@dataclass
class Tally:
    """Lines that pass, and a digest of their bytes."""

    number: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def add(self, raw: bytes) -> None:
        self.number += 1
        self._digest.update(raw)

    @property
    def told(self) -> tuple[int, bytes]:
        return self.number, self._digest.digest()


class Wanted:
    """Whom a batch asks for in a table: normalized value → people, for each identity column."""

    def __init__(self, table: Table, assignments: Sequence[Assignment]) -> None:
        self.table = table
        self._keys = [
            (one, _keys(one.namespace, one.normalization, assignments)) for one in table.identities
        ]

    def whose(self, found: Rows) -> Whose:
        probes = [
            (found.get(one.column), None if one.normalized else NORMALIZATIONS[one.normalization],
             keys)
            for one, keys in self._keys
        ]  # fmt: skip
        if len(probes) == 1:
            [(get, normalize, keys)] = probes
            return _of_one(get, normalize, keys)
        alone = [_of_one(*probe) for probe in probes]
        return lambda row: NOBODY.union(*(one(row) for one in alone))

    def __bool__(self) -> bool:
        return any(keys for _one, keys in self._keys)


def _of_one(get: Any, normalize: Any, keys: Mapping[str, People]) -> Whose:
    def whose(row: Any) -> People:
        value = get(row)
        if not value:
            return NOBODY
        return keys.get(normalize(value) if normalize else value, NOBODY)

    return whose


def _keys(
    namespace: str, normalization: str, assignments: Sequence[Assignment]
) -> dict[str, People]:
    keys: dict[str, People] = {}
    for person, assignment in enumerate(assignments):
        for given in assignment.identities:
            if given.namespace == namespace:
                value = NORMALIZATIONS[normalization](given.value)
                if value:
                    keys[value] = keys.get(value, NOBODY) | {person}
    return keys


@contextmanager
def explained(shown: str) -> Iterator[None]:
    """What is wrong with a file, as what it means for the product. No message of a parser is passed
    on: it may hold a value."""
    try:
        yield
    except Lacking as error:
        params = {"name": shown, "column": str(error)}
        raise ProductUnavailable("files.structure", params) from None
    except FileNotFoundError:
        raise TryAgain from None  # somebody took it away
    except PermissionError:
        raise ProductUnavailable("files.permission", {"name": shown}) from None
    except NO_FORMAT:
        raise ProductUnavailable("files.malformed", {"name": shown}) from None
    except OSError as error:
        detail = "files.full" if error.errno == errno.ENOSPC else "files.unreachable"
        raise ProductUnavailable(detail, {"name": shown}) from None


@contextmanager
def read(place: Place, table: Table, name: str) -> Iterator[Rows]:
    with explained(place.shown(name)), opened(place.open(name), name) as file:
        yield rows(file, table)


def within(found: Rows, until: float) -> Iterator[tuple[bytes, Any]]:
    """The rows, as long as there is time (time.monotonic())."""
    for number, one in enumerate(found):
        if number % LOOK_AT_THE_CLOCK == 0 and time.monotonic() > until:
            raise ProductUnavailable("files.too_slow")
        yield one


@dataclass
class Scan:
    """What a batch finds in one file. `rest` are the lines that stay as they are."""

    wanted: Wanted
    name: str
    version: tuple[Any, ...]
    policy: Policy
    counts: dict[int, int] = field(default_factory=dict)
    matches: int = 0
    rest: tuple[int, bytes] = (0, b"")


def scan(place: Place, wanted: Wanted, name: str, policy: Policy, until: float) -> Scan:
    """Counts whose rows a policy would touch: what is blank already is done."""
    with explained(place.shown(name)):
        result = Scan(wanted, name, place.version(name), policy)
    rest, counts = Tally(), result.counts
    with read(place, wanted.table, name) as found:
        touched = toucher(wanted, found, policy)
        for raw, row in within(found, until):
            if people := touched(row):
                result.matches += 1
                for person in people:
                    counts[person] = counts.get(person, 0) + 1
            else:
                rest.add(raw)
    result.rest = rest.told
    return result


def toucher(wanted: Wanted, found: Rows, policy: Policy) -> Whose:
    """The people of a row that a policy has not been carried out on yet."""
    whose = wanted.whose(found)
    if policy.do != "anonymize":
        return whose
    values = fixed(policy)
    for column in values if found.names() else ():
        found.get(column)  # or it is lacking

    def touched(row: Any) -> People:
        people = whose(row)
        return people if people and found.differs(row, values) else NOBODY

    return touched


def fixed(policy: Policy) -> dict[str, Any]:
    """Column → the value that it is given."""
    return {name: how["value"] if how else None for name, how in policy.columns.items()}
