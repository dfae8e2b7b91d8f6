"""MySQL and MariaDB, spoken to by PyMySQL."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pymysql
from django.utils.translation import gettext as _
from pymysql.constants import CR
from sqlalchemy import (
    JSON,
    URL,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    collate,
    create_engine,
    delete,
    exc,
    false,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.dialects.mysql import insert as upsert
from sqlalchemy.pool import QueuePool

from jobs.processors.sql.dialects import mysql_types
from jobs.processors.sql.dialects.base import (
    LOCK_SECONDS,
    Dialect,
    Fault,
    LookUp,
    Misfit,
    Reference,
    Refusal,
)
from jobs.processors.sql.dialects.explain import Explain
from jobs.processors.sql.values import textual

EXACT = "utf8mb4_bin"
# Nothing that does not fit is cut, times are UTC, and long lists are sought by the index.
MODE = "STRICT_ALL_TABLES"
SESSION = (
    f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {LOCK_SECONDS},"
    f" lock_wait_timeout = {LOCK_SECONDS}"
)
OF_MARIADB = "SET max_statement_time = {seconds}, in_predicate_conversion_threshold = 0"
OF_MYSQL = "SET max_execution_time = {milliseconds}"  # of what reads
GRACE = 5.0  # seconds by which the server may end a statement before we leave it
TLS = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
FAULTS = {
    Fault.BUSY: {1020, 1205, 1213, 3572},
    Fault.SLOW: {1317, 1969, 3024},
    Fault.STRUCTURE: {1049, 1054, 1146, 1305},
    Fault.PERMISSION: {1044, 1142, 1143, 1227, 1288, 1290, 1370, 1792, 1836},
    Fault.DEPENDENTS: {1217, 1451},
    Fault.REFUSED: {1048, 1062, 1216, 1364, 1452, 3819, 4025},
    Fault.OF_A_ROW: {1644},
    Fault.DATA: {1264, 1265, 1292, 1366, 1406},
}
REFUSALS = {
    1045: Refusal.PASSWORD,
    1698: Refusal.PASSWORD,
    1130: Refusal.PASSWORD,
    1049: Refusal.DATABASE,
    1044: Refusal.CONNECT,
    1040: Refusal.FULL,
    1203: Refusal.FULL,
    CR.CR_SSL_CONNECTION_ERROR: Refusal.ENCRYPTION,
    CR.CR_CONN_HOST_ERROR: Refusal.SILENT,
    CR.CR_SERVER_LOST: Refusal.SILENT,
}
# Where an error names a place. What stands between other quotes may be a value.
CONSTRAINT = re.compile(r"\(`[^`]*`\.`([^`]*)`, CONSTRAINT `([^`]*)`")
CHECK = re.compile(r"CONSTRAINT `([^`]*)` failed for `[^`]*`\.`([^`]*)`")
KEY = re.compile(r"for key '(?:([^'.]*)\.)?([^']*)'$")
REFERENCES = text("""
    SELECT IF(k.table_schema = DATABASE(), k.table_name,
            CONCAT(k.table_schema, '.', k.table_name)), k.constraint_schema, k.constraint_name,
        r.delete_rule, r.update_rule, k.column_name, k.referenced_column_name
    FROM information_schema.key_column_usage k
    JOIN information_schema.referential_constraints r
        ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
        AND r.table_name = k.table_name
    WHERE k.referenced_table_schema = COALESCE(:schema, DATABASE())
        AND k.referenced_table_name = :name
    ORDER BY 1, 3, k.ordinal_position
""")


class MySQL(Dialect):
    name = "mysql"
    label = "MySQL"
    drivers = dict.fromkeys(
        ("mysql", "mariadb", "mysql+pymysql", "mariadb+pymysql"), "mysql+pymysql"
    )
    port = 3306
    parameters = frozenset({"ssl_ca", "ssl_mode", "connect_timeout"})
    of_encryption = "ssl_mode, ssl_ca"
    error = pymysql.Error
    enters_with = ("INSERT", "UPDATE", "DELETE")

    def open(self, url: URL, addresses: Sequence[str]) -> Engine:
        return create_engine(
            url.set(query={}),
            creator=lambda: _connect(url, addresses[0]),
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=3,
            pool_pre_ping=True,
            pool_recycle=300,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            json_deserializer=msgspec.Raw,  # given out as it is written
        )

    def parameter_problems(self, url: URL) -> Iterator[str]:
        yield from super().parameter_problems(url)
        mode = url.query.get("ssl_mode", TLS[1])
        if isinstance(mode, str) and mode.upper() not in TLS:
            yield _("ssl_mode is one of: %s.") % ", ".join(TLS)

    def begin(self, connection: Connection, *, write: bool, seconds: float) -> None:
        """The driver knows no other place for a time limit of one transaction; it ends what the
        server's does not, which on MySQL is what writes."""
        driver: Any = connection.connection.driver_connection
        driver._read_timeout = seconds + GRACE
        limits = OF_MARIADB if _mariadb(connection) else OF_MYSQL
        given = {"seconds": f"{seconds:.3f}", "milliseconds": max(1, int(seconds * 1000))}
        connection.exec_driver_sql(limits.format(**given))

    def only_read(self, connection: Connection) -> None:
        connection.exec_driver_sql("START TRANSACTION READ ONLY")

    def shown(self, connection: Connection) -> str:
        return "MariaDB" if _mariadb(connection) else self.label

    # --- values --------------------------------------------------------------------------------

    def as_stored(self, kind: sqltypes.TypeEngine[Any]) -> sqltypes.TypeEngine[Any]:
        return mysql_types.as_stored(kind)

    def fitting(self, value: str, kind: sqltypes.TypeEngine[Any]) -> Any | None:
        return mysql_types.fitting(value, kind)

    def digits(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.regexp_replace(given, "[^0-9]", "")

    def among(
        self, expression: ColumnElement[Any], kind: sqltypes.TypeEngine[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """By the column's collation, so that its index serves. That takes more for equal than case
        (accents): what is found must be the same letters."""
        found = _in(expression, [mysql_types.plain(value) for value in values])
        if not isinstance(kind, sqltypes.String):
            return found
        exact = self.letters(expression)
        lower = {value.lower() for value in values if isinstance(value, str)}
        return and_(found, or_(_in(exact, list(values)), _in(func.lower(exact), sorted(lower))))

    def letters(self, given: ColumnElement[Any]) -> ColumnElement[Any]:
        if not textual(given.type):
            return given
        return collate(func.convert(given.op("USING")(literal_column("utf8mb4"))), EXACT)

    def locked(self, query: Select[Any]) -> Select[Any]:
        """A snapshot does not keep a DELETE from what came after it."""
        return query.with_for_update()

    # --- what is written -----------------------------------------------------------------------

    def same(self, given: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
        if isinstance(given.type, JSON):
            return given == cast(literal(value, JSON), JSON)
        return self.letters(given) == value

    def hashed(self, key: str, given: ColumnElement[Any]) -> ColumnElement[Any]:
        written = self.letters(cast(given, Text))
        return _sha(key, _sha(key, written))

    def entering(self, table: Table) -> Any:
        """IGNORE would also cut what does not fit."""
        first = next(iter(table.c))
        return upsert(table).on_duplicate_key_update({first.name: first})

    # --- errors --------------------------------------------------------------------------------

    def fault(self, error: Any) -> Fault:
        code = _code(error)
        for fault, codes in FAULTS.items():
            if code in codes:
                return fault
        if code == CR.CR_SERVER_LOST and "timed out" in str(error):
            return Fault.SLOW
        if isinstance(error, pymysql.IntegrityError):
            return Fault.REFUSED
        return Fault.DATA if isinstance(error, pymysql.DataError) else Fault.OTHER

    def place(self, error: Any) -> tuple[str, str]:
        said = str(error.args[-1])
        if found := CONSTRAINT.search(said):
            return found[1], found[2]
        if found := CHECK.search(said):
            return found[2], found[1]
        if found := KEY.search(said):
            return found[1] or "?", found[2]
        return "?", "?"

    def refusal(self, error: Any) -> Refusal:
        return REFUSALS.get(_code(error), Refusal.OTHER)

    # --- “Test connection” ---------------------------------------------------------------------

    def unwritable(self, connection: Connection, url: URL) -> str:
        if connection.exec_driver_sql("SELECT @@read_only").scalar_one():
            return _("This database can only be read (a standby?): nothing can be deleted there.")
        return ""

    def user(self, connection: Connection) -> str:
        user = str(connection.exec_driver_sql("SELECT CURRENT_USER()").scalar_one())
        name, _at, host = user.rpartition("@")
        return f"'{name}'@'{host}'"

    def may(
        self, connection: Connection, table: Table, privilege: str, columns: Sequence[str]
    ) -> bool:
        """Has the very statement explained: it asks for the same privileges, by whatever role or
        pattern the user has them."""
        named = [table.c[name] for name in columns]
        never = false()
        statement: Any = {
            "SELECT": select(*named, literal_column("1")).select_from(table).where(never),
            "DELETE": delete(table).where(never),
            "UPDATE": update(table).values({column: column for column in named}).where(never),
            "INSERT": insert(table).from_select(
                named, select(*(literal(None) for _column in named)).where(never)
            ),
        }[privilege]
        try:
            with connection.begin_nested():
                whole = statement.compile(
                    dialect=connection.dialect, compile_kwargs={"literal_binds": True}
                )
                connection.exec_driver_sql(f"EXPLAIN {whole}")
        except exc.DBAPIError as error:
            return self.fault(error.orig) is not Fault.PERMISSION
        return True

    def served(self, connection: Connection, query: Select[Any]) -> bool:
        """An index that the planner may use at all: a small table it reads as a whole."""
        rows = connection.execute(Explain(query)).mappings().all()
        return all(row["possible_keys"] and "skip scan" not in str(row["Extra"]) for row in rows)

    def samples(self, given: Sequence[Any]) -> Sequence[Any]:
        """Two: a single row that is not there would be found missing before an index is chosen."""
        return given[:2] if len(given) > 1 else [*given, *given]

    def index_for(self, connection: Connection, table: Table, look_up: LookUp) -> str:
        if look_up.normalization:
            return ""
        quote = connection.dialect.identifier_preparer
        name = quote.quote(f"{table.name}_{look_up.column}_look_up")
        on = quote.quote(look_up.column)
        if isinstance(table.c[look_up.column].type, sqltypes.Text):
            on += "(190)"  # of a text only a beginning can stand in an index
        return f"CREATE INDEX {name} ON {quote.format_table(table)} ({on})"

    def written(self, connection: Connection, table: Table) -> str:
        return f"{table.schema}.{table.name}" if table.schema else table.name

    def references(self, connection: Connection, table: Table) -> Iterator[Reference]:
        links: dict[tuple[str, str, str], Reference] = {}
        given = {"schema": table.schema, "name": table.name}
        for other, schema, constraint, deleting, updating, column, to in connection.execute(
            REFERENCES, given
        ):
            key = (other, schema, constraint)
            before = links.get(key)
            columns, others = (before.columns, before.to) if before else ((), ())
            links[key] = Reference(other, (*columns, column), (*others, to), deleting, updating)
        yield from links.values()

    def misfit(
        self, connection: Connection, kind: sqltypes.TypeEngine[Any], value: Any
    ) -> Misfit | None:
        return mysql_types.misfit(kind, value)


def _connect(url: URL, address: str) -> pymysql.Connection[Any]:
    """To the address that was judged, under the host's name: its certificate is of that."""
    wait = int(str(url.query.get("connect_timeout", "10")))
    port = url.port or MySQL.port
    connection = pymysql.Connection(
        host=url.host,
        port=port,
        user=url.username or "",
        password=url.password or "",
        database=url.database,
        charset="utf8mb4",
        sql_mode=MODE,
        init_command=SESSION,
        conv=dict(mysql_types.CONVERSIONS),
        read_timeout=wait,
        write_timeout=60,
        defer_connect=True,
        **_encryption(url),
    )
    reached = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    reached.settimeout(wait)
    try:
        reached.connect((address, port))
    except OSError:
        reached.close()
        raise pymysql.OperationalError(CR.CR_CONN_HOST_ERROR, "nothing answers") from None
    reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    reached.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    try:
        connection.connect(reached)
    except (ssl.SSLError, pymysql.OperationalError) as error:
        if isinstance(getattr(error, "original_exception", error), ssl.SSLError):
            raise pymysql.OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no encryption") from None
        raise
    return connection


def _encryption(url: URL) -> dict[str, Any]:
    """As MySQL's own clients take `ssl_mode`."""
    mode = str(url.query.get("ssl_mode", TLS[1])).upper()
    if mode == "DISABLED":
        return {"ssl_disabled": True}
    if mode == "PREFERRED":
        return {}
    authority = url.query.get("ssl_ca")
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
    except OSError:
        raise pymysql.OperationalError(CR.CR_SSL_CONNECTION_ERROR, "no authority") from None
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode == "REQUIRED" and not authority:
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


def _mariadb(connection: Connection) -> bool:
    return bool(getattr(connection.dialect, "is_mariadb", False))


def _code(error: Any) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else 0


def _in(expression: ColumnElement[Any], values: list[Any]) -> ColumnElement[bool]:
    """The driver writes a list as one."""
    condition = expression.op("IN", is_comparison=True)
    return condition(bindparam(None, values, type_=mysql_types.Values()))


def _sha(key: str, given: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.sha2(literal(key) + given, 256)
