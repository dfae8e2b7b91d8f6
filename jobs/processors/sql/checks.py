"""“Test connection”: what an administrator should know before work is sent, in words.

Nothing is changed at the product, and no message holds a value of a row or a secret of the URL.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from sqlalchemy import URL, Connection, Engine, MetaData, exc, inspect

from jobs.processors.base import Finding, ProductUnavailable
from jobs.processors.mapping import Policy
from jobs.processors.sql import address, dialects, forbidden, lookups, references
from jobs.processors.sql.connect import open_engine, reflect, transaction
from jobs.processors.sql.dialects.base import Refusal
from jobs.processors.sql.document import Table
from jobs.processors.sql.failures import explained
from jobs.processors.sql.reach import Mapped, mapped_tables
from jobs.rules import outcomes
from jobs.rules.states import Action

SECONDS = 20.0


def findings(given: str, tables: Sequence[Table]) -> list[Finding]:
    """One "ok" for the connection, then whatever is wrong or doubtful."""
    url, refused, _addresses = address.judged(given)
    if url is None or refused:
        return [Finding("error", sentence, "url") for sentence in refused]
    found: list[Finding] = []
    try:
        with explained(Action.ACCESS), warnings.catch_warnings():
            warnings.simplefilter("ignore", exc.SAWarning)  # indexes that it does not read
            engine = open_engine(given)
            try:
                found += _connection(engine, url)
                if found[-1].level == "ok":
                    found += _tables(engine, url, tables)
            finally:
                engine.dispose()
    except ProductUnavailable as error:
        found.append(Finding("error", outcomes.detail(error.detail, error.params), "url"))
    return found


# --- the connection ----------------------------------------------------------------------------


def _connection(engine: Engine, url: URL) -> Iterator[Finding]:
    try:
        with engine.connect() as connection:
            version = ".".join(map(str, connection.dialect.server_version_info or ()))
            kind = dialects.of(connection).shown(connection)
            told = {"kind": kind, "version": version}
            yield Finding("ok", _("Connected to %(kind)s %(version)s.") % told)
    except exc.DBAPIError as error:
        yield Finding("error", _refusal(error.orig, url), "url")


def _refusal(error: Any, url: URL) -> str:
    """What the server says, in our words."""
    dialect = address.dialect_of(url)
    told = {
        "host": f"{url.host}:{address.port_of(url)}",
        "database": url.database,
        "user": url.username or "?",
        "kind": dialect.label,
        "parameters": dialect.of_encryption,
    }
    return _refusals()[dialect.refusal(error)] % told


def _refusals() -> Mapping[Refusal, str]:
    return {
        Refusal.PASSWORD: _("%(host)s refuses the user %(user)s or the password."),
        Refusal.USER: _("%(host)s knows no user %(user)s."),
        Refusal.DATABASE: _("%(host)s has no database %(database)s."),
        Refusal.CONNECT: _("The user %(user)s may not connect to %(database)s."),
        Refusal.ENCRYPTION: _("%(host)s and we do not agree on encryption: see %(parameters)s."),
        Refusal.FULL: _("%(host)s has no connection left for us."),
        Refusal.SILENT: _("Nothing answers at %(host)s, or no %(kind)s."),
        Refusal.OTHER: _("%(host)s does not let us in."),
    }


# --- the tables --------------------------------------------------------------------------------


def _tables(engine: Engine, url: URL, tables: Sequence[Table]) -> Iterator[Finding]:
    metadata, known = MetaData(), {}
    for table in tables:
        try:
            known[table.name] = reflect(engine, metadata, table.name, table.schema)
        except exc.NoSuchTableError:
            told = _("There is no table %(name)s, or it is out of sight: see its schema.")
            yield Finding("error", told % {"name": table.name}, f"tables.{table.name}")
    dialect = dialects.of(engine)
    sound = []
    for one in mapped_tables(tables, known, dialect):
        missing = list(_missing(one))
        yield from missing
        if not missing:
            sound.append(one)
    with transaction(engine, write=False, seconds=SECONDS) as connection:
        yield from _server(connection, url, sound)
        inspector = inspect(connection)
        for one in sound:
            readable = not dialect.grants or _readable(connection, one)
            if dialect.grants:
                yield from _permissions(connection, one)
            if readable:
                yield from lookups.findings(connection, one)
            yield from forbidden.findings(connection, inspector, one)
        yield from references.findings(connection, sound)


def _missing(one: Mapped) -> Iterator[Finding]:
    for path, column in _columns(one):
        if column not in one.sql.c:
            told = _("The table %(table)s has no column %(column)s.")
            named = {"table": one.table.name, "column": column}
            yield Finding("error", told % named, f"tables.{one.table.name}{path}")


def _columns(one: Mapped) -> Iterator[tuple[str, str]]:
    """Every column that the settings name, with its place in them."""
    table = one.table
    for number, identity in enumerate(table.identities):
        yield f".identities[{number}].column", identity.column
    if table.parent:
        yield ".parent.column", table.parent.column
    yield from ((".give", column) for column in table.give or ())
    yield from (("", column) for column in one.links)  # children name it
    for mode, policy in _policies(table):
        yield from ((f".{mode}.columns.{column}", column) for column in policy.columns)
    if table.opt_out:
        yield from ((f".opt_out.columns.{column}", column) for column in table.opt_out.columns)
        yield from ((f".opt_out.insert.{column}", column) for column in table.opt_out.insert or ())


def _policies(table: Table) -> Iterator[tuple[str, Policy]]:
    yield "delete", table.delete
    yield "purge", table.purge


# --- what we may do there ----------------------------------------------------------------------


def _changes(tables: Sequence[Mapped]) -> bool:
    return any(
        one.table.opt_out or policy.do != "keep"
        for one in tables
        for _mode, policy in _policies(one.table)
    )


def _server(connection: Connection, url: URL, tables: Sequence[Mapped]) -> Iterator[Finding]:
    """Whether anything can be written at all."""
    if not _changes(tables):
        return
    if told := dialects.of(connection).unwritable(connection, url):
        yield Finding("error", told, "url")


def _permissions(connection: Connection, one: Mapped) -> Iterator[Finding]:
    name = connection.dialect.identifier_preparer.format_table(one.sql)
    for privilege, path, columns in _wanted(one):
        if not one.dialect.may(connection, one.sql, privilege, columns):
            told = _("The user may not %(privilege)s: GRANT %(privilege)s ON %(table)s TO %(user)s")
            user = one.dialect.user(connection)
            named = {"privilege": privilege, "table": name, "user": user}
            yield Finding("error", told % named, f"tables.{one.table.name}{path}")
    if one.dialect.hides_rows(connection, one.sql):
        told = _("Row security hides rows of %(table)s from this user: they would not be found.")
        yield Finding("warning", told % {"table": name}, f"tables.{one.table.name}")


def _wanted(one: Mapped) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Privilege, the place in the settings that asks for it, and the columns that suffice."""
    read = {column for _path, column in _columns(one)} | set(one.sql.primary_key.columns.keys())
    if one.table.give is None:
        read = set(one.sql.c.keys())
    yield "SELECT", "", sorted(read)
    for do, privilege in (("delete", "DELETE"), ("anonymize", "UPDATE")):
        asking = [(mode, policy) for mode, policy in _policies(one.table) if policy.do == do]
        if asking:
            path = f".{asking[0][0]}" if len(asking) == 1 else ""
            yield privilege, path, sorted({c for _mode, policy in asking for c in policy.columns})
    if opt_out := one.table.opt_out:
        entered = {*(opt_out.insert or ()), *(i.column for i in one.table.identities)}
        if opt_out.insert is None:
            yield "UPDATE", ".opt_out", sorted(opt_out.columns)
        else:
            for privilege in one.dialect.enters_with:
                yield privilege, ".opt_out", () if privilege == "DELETE" else sorted(entered)


def _readable(connection: Connection, one: Mapped) -> bool:
    return all(
        one.dialect.may(connection, one.sql, privilege, columns)
        for privilege, _path, columns in _wanted(one)
        if privilege == "SELECT"
    )
