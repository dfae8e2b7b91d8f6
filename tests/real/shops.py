"""The Chinook shop as a product: as SQLite, and loaded into PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg import sql

DATA = Path(__file__).parent / "data" / "chinook.sqlite"
TABLES = ("Customer", "Invoice", "InvoiceLine")
COLUMNS = {
    "Customer": """"CustomerId" integer PRIMARY KEY, "FirstName" varchar(40),
        "LastName" varchar(20),
        "Company" varchar(80), "Address" varchar(70), "City" varchar(40), "State" varchar(40),
        "Country" varchar(40), "PostalCode" varchar(10), "Phone" varchar(24), "Fax" varchar(24),
        "Email" varchar(60) NOT NULL, "SupportRepId" integer""",
    "Invoice": """"InvoiceId" integer PRIMARY KEY,
        "CustomerId" integer NOT NULL REFERENCES "Customer", "InvoiceDate" timestamp,
        "BillingAddress" varchar(70), "BillingCity" varchar(40), "BillingState" varchar(40),
        "BillingCountry" varchar(40), "BillingPostalCode" varchar(10), "Total" numeric(10,2)""",
    "InvoiceLine": """"InvoiceLineId" integer PRIMARY KEY,
        "InvoiceId" integer NOT NULL REFERENCES "Invoice", "TrackId" integer,
        "UnitPrice" numeric(10,2), "Quantity" integer""",
}


@dataclass
class Shop:
    """A Chinook of its own; `query` runs plain SQL in it, beside the processor."""

    kind: str
    url: str
    at: Any

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        connect = sqlite3.connect if self.kind == "sqlite" else psycopg.connect
        connection = connect(self.at)
        try:
            rows = connection.execute(statement).fetchall()  # type: ignore[attr-defined]
            connection.commit()
            return rows
        finally:
            connection.close()

    def checksums(self, without: set[int]) -> dict[str, str]:
        """Of every row that belongs to none of these customers."""
        gone = ",".join(map(str, without | {0}))
        theirs = f'SELECT "InvoiceId" FROM "Invoice" WHERE "CustomerId" IN ({gone})'
        conditions = {
            "Customer": f'"CustomerId" NOT IN ({gone})',
            "Invoice": f'"CustomerId" NOT IN ({gone})',
            "InvoiceLine": f'"InvoiceId" NOT IN ({theirs})',
        }
        return {
            table: hashlib.sha256(
                repr(self.query(f'SELECT * FROM "{table}" WHERE {where} ORDER BY 1')).encode()
            ).hexdigest()
            for table, where in conditions.items()
        }

    def document(self, **changes: Any) -> dict[str, Any]:
        return {
            "url": self.url,
            "hash_key": "pepper",
            "tables": {
                "Customer": {
                    "identities": [
                        {"namespace": "Email", "column": "Email"},
                        {"namespace": "Phone", "column": "Phone"},
                    ],
                    **changes,
                },
                "Invoice": {
                    "parent": {
                        "table": "Customer",
                        "column": "CustomerId",
                        "parent_column": "CustomerId",
                    },
                    **{k: {"do": "keep", "reason": "Bookkeeping act"} for k in changes},
                },
                "InvoiceLine": {
                    "parent": {
                        "table": "Invoice",
                        "column": "InvoiceId",
                        "parent_column": "InvoiceId",
                    },
                    **{k: {"do": "keep", "reason": "Bookkeeping act"} for k in changes},
                },
            },
        }


def in_sqlite(folder: Path) -> Shop:
    copy = folder / "shop.sqlite"
    shutil.copyfile(DATA, copy)
    return Shop("sqlite", f"sqlite:///{copy}", str(copy))


def in_postgresql() -> Shop:
    """A database of its own on the test server; it goes with the server."""
    own = settings.DATABASES["default"]
    parameters = {
        "host": own["HOST"],
        "port": own["PORT"],
        "user": own["USER"],
        "password": own["PASSWORD"],
    }
    name = f"shop_{uuid4().hex[:12]}"
    with psycopg.connect(dbname="postgres", autocommit=True, **parameters) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    at = psycopg.conninfo.make_conninfo(dbname=name, **parameters)
    source = sqlite3.connect(DATA)
    with psycopg.connect(at) as target, target.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f'CREATE TABLE "{table}" ({COLUMNS[table]})')  # type: ignore[arg-type]
            with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:  # type: ignore[arg-type]
                for row in source.execute(f"SELECT * FROM {table}"):
                    copy.write_row(row)
    source.close()
    login = f"{own['USER']}:{own['PASSWORD']}" if own["PASSWORD"] else own["USER"]
    return Shop("postgresql", f"postgresql://{login}@{own['HOST']}:{own['PORT']}/{name}", at)
