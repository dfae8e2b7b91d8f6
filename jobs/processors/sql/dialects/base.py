"""What differs from one kind of database to the next, in one object each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from sqlalchemy import (
    CHAR,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    cast,
    column,
    func,
)
from sqlalchemy import types as sqltypes

from jobs.processors.sql.values import parsed

LOCK_SECONDS = 5
LONGEST_WAIT = 30  # seconds for a connection


class Fault(Enum):
    """What an error of a database means; `DEPENDENTS`: other rows forbid it, `REFUSED`: the table
    itself does, `OF_A_ROW`: a trigger or function does."""

    BUSY = auto()
    SLOW = auto()
    STRUCTURE = auto()
    PERMISSION = auto()
    DEPENDENTS = auto()
    REFUSED = auto()
    OF_A_ROW = auto()
    DATA = auto()
    OTHER = auto()


class Refusal(Enum):
    """Why a server does not let us in."""

    PASSWORD = auto()
    USER = auto()
    DATABASE = auto()
    CONNECT = auto()
    ENCRYPTION = auto()
    FULL = auto()
    SILENT = auto()
    OTHER = auto()


class Misfit(Enum):
    """Why a column does not hold a value; DOUBTFUL: it would, but is meant for others."""

    OBJECT = auto()
    TYPE = auto()
    LONG = auto()
    DOUBTFUL = auto()


@dataclass(frozen=True)
class Reference:
    """Rows of `table` (as the database writes it) name in `columns` what rows of ours have."""

    table: str
    columns: tuple[str, ...]
    to: tuple[str, ...]
    on_delete: str
    on_update: str


@dataclass(frozen=True)
class LookUp:
    """How rows of a table are found; `normalization` where the column itself is normalized."""

    path: str
    column: str
    compared: ColumnElement[Any]
    normalization: str = ""


class Dialect:
    """One kind of database. Methods that most of them share have their body here."""

    name: ClassVar[str]  # SQLAlchemy's
    label: ClassVar[str]
    drivers: ClassVar[dict[str, str]]  # schemes of URLs, each with SQLAlchemy's driver
    port: ClassVar[int] = 0  # 0: a file
    parameters: ClassVar[frozenset[str]] = frozenset()  # of URLs, that pass
    of_encryption: ClassVar[str] = ""  # those among them that an administrator looks at
    error: ClassVar[type[Exception]]  # of the driver
    hidden_rows: ClassVar[bool] = False  # whether policies may hide rows from a user
    counts_what_goes: ClassVar[bool] = False  # whether one statement deletes and counts
    grants: ClassVar[bool] = True  # whether users have privileges
    enters_with: ClassVar[tuple[str, ...]] = ("INSERT", "DELETE")  # privileges for a list

    # --- the connection ------------------------------------------------------------------------

    def open(self, url: URL, addresses: Sequence[str]) -> Engine:
        """An engine that connects to what was judged, and to nothing else."""
        raise NotImplementedError

    def parameter_problems(self, url: URL) -> Iterator[str]:
        """Of parameters that are known and given once."""
        wait = url.query.get("connect_timeout", "10")
        if isinstance(wait, str) and not (wait.isdecimal() and 0 < int(wait) <= LONGEST_WAIT):
            yield _("connect_timeout is at most %(longest)s seconds.") % {"longest": LONGEST_WAIT}

    def begin(self, connection: Connection, *, write: bool, seconds: float) -> None:
        """Every statement of the transaction ends within so many seconds."""
        raise NotImplementedError

    def commit(self, connection: Connection) -> None:
        connection.commit()

    def roll_back(self, connection: Connection) -> None:
        connection.rollback()

    def only_read(self, connection: Connection) -> None:
        """Has the database itself refuse whatever would change something in this transaction."""
        raise NotImplementedError

    def check_now(self, connection: Connection) -> None:
        """Has deferred constraints speak; most databases defer none."""

    def shown(self, connection: Connection) -> str:
        """What a server is called."""
        return self.label

    # --- values --------------------------------------------------------------------------------

    def as_stored(self, kind: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
        """The type that values are compared by: without precision (a cast would round)."""
        if isinstance(kind, sqltypes.Numeric) and not isinstance(kind, sqltypes.Float):
            return sqltypes.Numeric()
        return kind

    def fitting(self, value: str, kind: sqltypes.TypeEngine[Any]) -> Any | None:
        """The value as the column's type has it; None where it can't be: then nobody is found."""
        return parsed(value, kind)

    def linking(self, value: Any, kind: sqltypes.TypeEngine[Any]) -> Any | None:
        """What a parent's row holds, as the type of the child's column has it."""
        if isinstance(kind, sqltypes.String):
            return value if isinstance(value, str | bytes) else str(value)
        return self.fitting(value, kind) if isinstance(value, str) else value

    def normalized(self, given: ColumnElement[Any], normalization: str) -> ColumnElement[Any]:
        """The column as jobs.rules.normalize would have its values."""
        if normalization == "email":
            return func.lower(func.trim(given))
        return self.digits(given) if normalization == "phone" else given

    def digits(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        raise NotImplementedError

    def among(
        self, expression: ColumnElement[Any], kind: sqltypes.TypeEngine[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """Whether the expression, of a column of that type, is one of these values."""
        raise NotImplementedError

    def letters(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column as Python compares it, to the letter."""
        return given

    def locked(self, query: Select[Any]) -> Select[Any]:
        """Of a transaction that writes: what was seen is what will be changed. Snapshots that
        refuse to change what others changed meanwhile need no lock."""
        return query

    # --- what is written -----------------------------------------------------------------------

    def same(self, column: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
        return column == value

    def hashed(self, key: str, given: ColumnElement[Any]) -> ColumnElement[Any]:
        """A keyed hash twice over (no length extension), in hexadecimal."""
        raise NotImplementedError

    def entering(self, table: Table) -> Any:
        """An INSERT that leaves alone what is there."""
        raise NotImplementedError

    def given(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        """The column as it is given out."""
        return given

    # --- errors --------------------------------------------------------------------------------

    def fault(self, error: Any) -> Fault:
        """Of an error of the driver."""
        raise NotImplementedError

    def place(self, error: Any) -> tuple[str, str]:
        """Table and constraint that an error names, "?" for what it does not. Never a value."""
        return "?", "?"

    def refusal(self, error: Any) -> Refusal:
        return Refusal.OTHER

    # --- “Test connection” ---------------------------------------------------------------------

    def unwritable(self, connection: Connection, url: URL) -> str:
        """A sentence, where nothing can be written at all."""
        return ""

    def user(self, connection: Connection) -> str:
        """Who we are, as a GRANT names it."""
        return ""

    def may(
        self, connection: Connection, table: Table, privilege: str, columns: Sequence[str]
    ) -> bool:
        """Whether the user has a privilege on a table, or on these of its columns."""
        return True

    def hides_rows(self, connection: Connection, table: Table) -> bool:
        return False

    def served(self, connection: Connection, query: Select[Any]) -> bool:
        """Whether an index serves a query, by the database's own planner."""
        raise NotImplementedError

    def samples(self, given: Sequence[Any]) -> Sequence[Any]:
        """Of values that fit a column, those that the planner is asked about."""
        return given[:1]

    def index_for(self, connection: Connection, table: Table, look_up: LookUp) -> str:
        """The statement that creates an index for a look-up; "" where there can be none."""
        raise NotImplementedError

    def written(self, connection: Connection, table: Table) -> str:
        """A table as `Reference.table` has it."""
        return table.name

    def references(self, connection: Connection, table: Table) -> Iterator[Reference]:
        raise NotImplementedError

    def misfit(
        self, connection: Connection, kind: sqltypes.TypeEngine[Any], value: Any
    ) -> Misfit | None:
        """What is wrong about a fixed value in a column of the type."""
        raise NotImplementedError

    def holds_no_hash(self, kind: sqltypes.TypeEngine[Any]) -> bool:
        """Whether a column that is not text certainly refuses a hash."""
        return True


def expression_index(
    connection: Connection, dialect: Dialect, table: Table, look_up: LookUp
) -> tuple[str, str]:
    """The table, and what an index for a look-up is on."""
    kind = table.c[look_up.column].type
    given: ColumnElement[Any] = column(look_up.column, kind)
    nested = bool(look_up.normalization)
    if nested:
        given = dialect.normalized(given, look_up.normalization)
    elif isinstance(kind, CHAR) and dialect.letters(given) is not given:
        given, nested = cast(given, Text), True
    sql = connection.dialect
    compiled = given.compile(dialect=sql, compile_kwargs={"literal_binds": True})
    written = str(compiled).replace("%%", "%")
    return sql.identifier_preparer.format_table(table), f"({written})" if nested else written


def too_long(value: Any, kind: sqltypes.TypeEngine[Any]) -> bool:
    longest = getattr(kind, "length", None) if isinstance(kind, sqltypes.String) else None
    return longest is not None and isinstance(value, str) and len(value) > longest
