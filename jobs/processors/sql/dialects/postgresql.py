"""PostgreSQL, spoken to by psycopg."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import psycopg
from django.utils.translation import gettext as _
from sqlalchemy import (
    CHAR,
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    create_engine,
    event,
    exc,
    func,
    literal,
    select,
    text,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.postgresql import ARRAY, CITEXT, DOMAIN, JSONB, insert
from sqlalchemy.pool import QueuePool

from jobs.processors.base import ProductUnavailable
from jobs.processors.sql import loaders
from jobs.processors.sql.dialects.base import (
    LOCK_SECONDS,
    Dialect,
    Fault,
    LookUp,
    Misfit,
    Reference,
    Refusal,
    expression_index,
    too_long,
)
from jobs.processors.sql.dialects.explain import Explain

# Tables that together only a portal has, whatever name, pooler or copy one comes by.
OUR_TABLES = ("audit_auditevent", "jobs_productresponse", "keys_datakey")
# For this transaction only. A cursor is read to its end: its plan must not bet on the first rows.
LIMITS = text(
    "SELECT set_config('statement_timeout', (:statement)::text, true),"
    f" set_config('lock_timeout', '{LOCK_SECONDS * 1000}', true),"
    " set_config('cursor_tuple_fraction', '1', true)"
)
FAULTS = {
    Fault.BUSY: {"40001", "40P01", "55P03"},
    Fault.SLOW: {"57014"},
    Fault.STRUCTURE: {"42P01", "42703", "3F000", "42883", "42804"},
    Fault.PERMISSION: {"42501"},
    Fault.DEPENDENTS: {"23503", "23001"},
}
OF_A_ROW = ("P0", "09", "27", "38", "39", "44")  # of triggers and functions that refuse a row
# What libpq says: its messages may be in any language and are not passed on.
REFUSALS = (
    (Refusal.PASSWORD, r"password|no pg_hba\.conf entry|authentication"),
    (Refusal.USER, r"role.*does not exist"),
    (Refusal.DATABASE, r"database.*does not exist"),
    (Refusal.CONNECT, r"permission denied for database"),
    (Refusal.ENCRYPTION, r"ssl|certificate"),
    (Refusal.FULL, r"too many|remaining connection slots"),
    (Refusal.SILENT, r"refused|timeout|closed the connection"),
)
RULES = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
REFERENCES = text("""
    SELECT referring.oid::regclass::text, con.conname, con.confdeltype::text,
        con.confupdtype::text,
        ARRAY(SELECT attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = con.conrelid AND attnum = k.number ORDER BY place),
        ARRAY(SELECT attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = con.confrelid AND attnum = k.number ORDER BY place)
    FROM pg_constraint con JOIN pg_class referring ON referring.oid = con.conrelid
    WHERE con.contype = 'f' AND con.confrelid = CAST(:name AS regclass) AND con.conparentid = 0
    ORDER BY 1, 2
""")
FIRST_OF_INDEX = text(
    "SELECT attname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
    " LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
    " WHERE relname = :name"
)


class PostgreSQL(Dialect):
    name = "postgresql"
    label = "PostgreSQL"
    drivers = {"postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
    port = 5432
    parameters = frozenset({"sslmode", "sslrootcert", "connect_timeout", "application_name"})
    of_encryption = "sslmode, sslrootcert"
    error = psycopg.Error
    counts_what_goes = True

    def open(self, url: URL, addresses: Sequence[str]) -> Engine:
        options = {"hostaddr": addresses[0], "connect_timeout": "10"}
        options |= {name: value for name, value in url.query.items() if isinstance(value, str)}
        if not url.password:  # nor may libpq look for the operator's
            options |= {"password": "", "passfile": "/dev/null/none"}
        engine = create_engine(
            url.set(query={}),
            connect_args=options,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=3,
            pool_pre_ping=True,
            pool_recycle=300,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            json_deserializer=msgspec.Raw,  # given out as it is written
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def begin(self, connection: Connection, *, write: bool, seconds: float) -> None:
        connection.execute(LIMITS, {"statement": max(1, int(seconds * 1000))})

    def only_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def check_now(self, connection: Connection) -> None:
        connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")

    # --- values --------------------------------------------------------------------------------

    def as_stored(self, kind: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
        while isinstance(kind, DOMAIN):
            kind = kind.data_type
        return super().as_stored(kind)

    def digits(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.regexp_replace(given, "[^0-9]", "", "g")

    def among(
        self, expression: ColumnElement[Any], kind: sqltypes.TypeEngine[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """One array parameter."""
        if isinstance(kind, sqltypes.String) and not isinstance(expression.type, CITEXT):
            kind, expression = Text(), cast(expression, Text)
        return expression == any_(bindparam(None, list(values), type_=ARRAY(kind)))

    def letters(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        """Without the padding of char(n)."""
        return cast(given, Text) if isinstance(given.type, CHAR) else given

    # --- what is written -----------------------------------------------------------------------

    def same(self, given: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
        if isinstance(given.type, JSON):  # jsonb only is compared
            return cast(given, JSONB) == literal(value, JSONB)
        return given == value

    def hashed(self, key: str, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return _sha(literal(key) + _sha(literal(key) + cast(given, Text)))

    def entering(self, table: Table) -> Any:
        return insert(table).on_conflict_do_nothing()

    # --- errors --------------------------------------------------------------------------------

    def fault(self, error: Any) -> Fault:
        state = error.sqlstate or ""
        for fault, states in FAULTS.items():
            if state in states:
                return fault
        if isinstance(error, psycopg.IntegrityError):
            return Fault.REFUSED
        if state.startswith(OF_A_ROW):
            return Fault.OF_A_ROW
        return Fault.DATA if isinstance(error, psycopg.DataError) else Fault.OTHER

    def place(self, error: Any) -> tuple[str, str]:
        diag = error.diag
        return diag.table_name or "?", diag.constraint_name or diag.column_name or "?"

    def refusal(self, error: Any) -> Refusal:
        said = str(error).lower()
        found = (refusal for refusal, words in REFUSALS if re.search(words, said, re.DOTALL))
        return next(found, Refusal.OTHER)

    # --- “Test connection” ---------------------------------------------------------------------

    def unwritable(self, connection: Connection, url: URL) -> str:
        if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
            return _("This database can only be read (a standby?): nothing can be deleted there.")
        return ""

    def user(self, connection: Connection) -> str:
        user = connection.exec_driver_sql("SELECT current_user").scalar_one()
        return connection.dialect.identifier_preparer.quote(str(user))

    def may(
        self, connection: Connection, table: Table, privilege: str, columns: Sequence[str]
    ) -> bool:
        whole = text("SELECT has_table_privilege(CAST(:name AS regclass), :privilege)")
        given = {"name": _quoted(connection, table), "privilege": privilege}
        if connection.execute(whole, given).scalar_one():
            return True
        if privilege == "DELETE":  # knows no columns
            return False
        part = text("SELECT has_column_privilege(CAST(:name AS regclass), :column, :privilege)")
        return all(
            connection.execute(part, {**given, "column": column}).scalar_one() for column in columns
        )

    def hides_rows(self, connection: Connection, table: Table) -> bool:
        hidden = text("SELECT row_security_active(CAST(:name AS regclass))")
        return bool(connection.execute(hidden, {"name": _quoted(connection, table)}).scalar_one())

    def served(self, connection: Connection, query: Select[Any]) -> bool:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        found: Any = connection.execute(Explain(query)).scalar_one()
        plans = json.loads(bytes(found)) if not isinstance(found, list) else found
        return all(_by_index(connection, leaf) for leaf in _leaves(plans[0]["Plan"]))

    def index_for(self, connection: Connection, table: Table, look_up: LookUp) -> str:
        name, on = expression_index(connection, self, table, look_up)
        return f"CREATE INDEX ON {name} ({on})"

    def written(self, connection: Connection, table: Table) -> str:
        query = text("SELECT CAST(CAST(:name AS regclass) AS text)")
        return str(connection.execute(query, {"name": _quoted(connection, table)}).scalar_one())

    def references(self, connection: Connection, table: Table) -> Iterator[Reference]:
        for other, _constraint, deleting, updating, columns, to in connection.execute(
            REFERENCES, {"name": self.written(connection, table)}
        ):
            yield Reference(other, tuple(columns), tuple(to), RULES[deleting], RULES[updating])

    def misfit(
        self, connection: Connection, kind: sqltypes.TypeEngine[Any], value: Any
    ) -> Misfit | None:
        """Asks the database, with the value bound as the delete will bind it."""
        if isinstance(kind, sqltypes.NullType):
            return None  # a type that SQLAlchemy does not know is left to the database
        try:
            with connection.begin_nested():
                connection.execute(select(cast(bindparam(None, value, type_=kind), kind)))
        except (exc.StatementError, TypeError, ValueError):
            return Misfit.TYPE
        return Misfit.LONG if too_long(value, kind) else None


def _prepare(connection: Any, record: Any) -> None:
    loaders.prepare(connection)
    found = connection.execute(
        "SELECT count(DISTINCT relname) FROM pg_catalog.pg_class"
        " WHERE relkind = 'r' AND relname = ANY(%s)",
        [list(OUR_TABLES)],
    )
    (known,) = found.fetchone()
    connection.rollback()
    if known == len(OUR_TABLES):
        connection.close()
        raise ProductUnavailable("sql.own")


def _sha(given: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.encode(func.sha256(func.convert_to(given, "UTF8")), "hex")


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _leaves(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not plan.get("Plans"):
        yield plan
    for part in plan.get("Plans", ()):
        yield from _leaves(part)


def _by_index(connection: Connection, leaf: dict[str, Any]) -> bool:
    """Sought by the index's first column: by a later one the whole index would be read."""
    if leaf["Node Type"] == "Result":  # nothing is read
        return True
    if not (condition := leaf.get("Index Cond")):
        return False
    first = connection.execute(FIRST_OF_INDEX, {"name": leaf.get("Index Name")}).scalars()
    return any(name is None or _names(name, condition) for name in first)


def _names(column: str, condition: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(column)}(?![\w$])", condition) is not None
