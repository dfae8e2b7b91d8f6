"""A reference endpoint of the HTTP processor's protocol (docs/http-processor.md), to begin from.

    PRIVACY_SECRET=… python docs/http_endpoint.py people.sqlite 8777

Needs nothing but Python. It keeps people in one table, `people (email, name, note)`, and what it
answered in another: whoever asks again with the same id gets the same answer, and nothing is done
twice. With `--later` it takes work first, does it a moment after, and calls back. Put TLS before
it, and keep the secret out of the shell's history.
"""

import argparse
import hashlib
import hmac
import json
import os
import re
import sqlite3
import threading
import time
import urllib.request
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WINDOW = 300  # seconds that a clock may be wrong
LARGEST = 32 * 1024 * 1024
INLINE = 100_000  # bytes of a file that is not worth a download of its own
ACTIONS = ("access", "delete")
TABLES = """
CREATE TABLE IF NOT EXISTS people (email TEXT, name TEXT, note TEXT);
CREATE INDEX IF NOT EXISTS people_email ON people (email);
CREATE TABLE IF NOT EXISTS answers (id TEXT PRIMARY KEY, answer TEXT, asked TEXT, callback TEXT);
CREATE TABLE IF NOT EXISTS files (digest TEXT PRIMARY KEY, content BLOB);
"""


class Refused(Exception):
    """The answer is this status and this word."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


# --- signatures ----------------------------------------------------------------------------------


def mac(secret: str, at: str, label: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{at}.{label}.".encode() + body, hashlib.sha256).hexdigest()


def sign(secrets: list[str], label: str, body: bytes) -> dict[str, str]:
    """One signature by each secret: while one is replaced, either side may know only one."""
    at = str(int(time.time()))
    signatures = ",".join(f"v1={mac(secret, at, label, body)}" for secret in secrets)
    return {"Portal-Timestamp": at, "Portal-Signature": signatures}


def is_signed(secrets: list[str], label: str, at: str, given: str, body: bytes) -> bool:
    if not re.fullmatch(r"\d{1,12}", at, re.ASCII) or abs(time.time() - int(at)) > WINDOW:
        return False
    found = re.findall(r"v1=([0-9a-f]{64})", given)
    wanted = [mac(secret, at, label, body) for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in found for other in wanted)


# --- the system ----------------------------------------------------------------------------------


class System:
    """What this system knows of people, and what it answered about them."""

    def __init__(self, file: str, secrets: list[str], later: float | None = None) -> None:
        self.file, self.secrets, self.later = file, secrets, later
        with closing(self._open()) as database:
            database.executescript(TABLES)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.file, timeout=30, isolation_level=None)
        database.row_factory = sqlite3.Row
        return database

    def check(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"version": 1, "name": "Reference", "actions": ACTIONS, "namespaces": ["email"]}

    def requests(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Refuses a body as a whole before anything is done. Then each assignment, once."""
        if asked.get("action") not in ACTIONS or not isinstance(asked.get("requests"), list):
            raise Refused(422, "action")
        for one in asked["requests"]:
            if not isinstance(one.get("id"), str) or not isinstance(one.get("identities"), list):
                raise Refused(422, "request")
        return {"outcomes": [self._answer(asked, one) for one in asked["requests"]]}

    def _answer(self, asked: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
        """What was done and what is answered are one transaction: a repeat finds its answer."""
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            if known := self._known(database, one["id"]):
                answer = known
            elif self.later is None:
                answer = self._do(database, asked["action"], one)
                self._keep(database, answer)
            else:
                answer = {"id": one["id"], "status": "accepted", "check_after": 60}
                self._keep(database, answer, {**one, "action": asked["action"]}, asked)
                timer = threading.Timer(self.later, self._do_later, [one["id"]])
                timer.daemon = True  # a real system keeps a queue: what waits here ends with it
                timer.start()
            database.execute("COMMIT")
            return answer

    def _known(self, database: sqlite3.Connection, number: str) -> dict[str, Any] | None:
        row = database.execute("SELECT answer FROM answers WHERE id = ?", [number]).fetchone()
        return json.loads(row["answer"]) if row else None

    def _keep(
        self,
        database: sqlite3.Connection,
        answer: dict[str, Any],
        one: dict[str, Any] | None = None,
        asked: dict[str, Any] | None = None,
    ) -> None:
        database.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)",
            [
                answer["id"],
                json.dumps(answer),
                json.dumps(one),
                (asked or {}).get("callback_url", ""),
            ],
        )

    def _do(self, database: sqlite3.Connection, action: str, one: dict[str, Any]) -> dict[str, Any]:
        emails = [
            identity["value"].strip().lower()
            for identity in one["identities"]
            if identity["namespace"] == "email"
        ]
        if not emails:
            return {"id": one["id"], "status": "unknown_namespace"}
        ignored = [i["position"] for i in one["identities"] if i["namespace"] != "email"]
        found = f"FROM people WHERE lower(email) IN ({','.join('?' * len(emails))})"
        if action == "access":
            rows = [dict(row) for row in database.execute(f"SELECT * {found}", emails)]
            files = [self._file(database, "people.json", rows)] if rows else []
            count = len(rows)
        else:
            files, count = [], database.execute(f"DELETE {found}", emails).rowcount
        status = "done" if count else "not_found"
        said = {"id": one["id"], "status": status, "records": count, "ignored": ignored}
        return {**said, "files": files} if files else said

    def _file(
        self, database: sqlite3.Connection, name: str, rows: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Small content stands in the answer; large content is downloaded, named by its digest."""
        content = json.dumps(rows, ensure_ascii=False).encode()
        if len(content) <= INLINE:
            return {"name": name, "content": rows}
        digest = hashlib.sha256(content).hexdigest()
        database.execute("INSERT OR IGNORE INTO files VALUES (?, ?)", [digest, content])
        path = f"files/{digest}"
        return {"name": name, "path": path, "sha256": digest, "records": len(rows)}

    def _do_later(self, number: str) -> None:
        """Does what was taken, unless it was withdrawn meanwhile, and calls back."""
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            row = database.execute("SELECT * FROM answers WHERE id = ?", [number]).fetchone()
            one = json.loads(row["asked"]) if row else None
            if one:
                self._keep(database, self._do(database, one["action"], one))
            database.execute("COMMIT")
        if one and row["callback"]:
            self._call_back(row["callback"], [number])

    def _call_back(self, url: str, ids: list[str]) -> None:
        body = json.dumps({"ids": ids}).encode()
        headers = {"Content-Type": "application/json", **sign(self.secrets, "callback", body)}
        request = urllib.request.Request(url, body, headers)  # noqa: S310
        with suppress(OSError):  # we are asked again anyway
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310

    def outcomes(self, asked: dict[str, Any]) -> dict[str, Any]:
        with closing(self._open()) as database:
            said = [
                self._known(database, number) or {"id": number, "status": "unknown"}
                for number in self._ids(asked)
            ]
        return {"outcomes": said}

    def withdraw(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What was not done yet is forgotten; what was done stays done."""
        said = []
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            for number in self._ids(asked):
                known = self._known(database, number)
                waits = known is not None and known["status"] == "accepted"
                if waits:
                    database.execute("DELETE FROM answers WHERE id = ?", [number])
                said.append({"id": number, "status": "withdrawn" if waits else "too_late"})
            database.execute("COMMIT")
        return {"outcomes": said}

    def _ids(self, asked: dict[str, Any]) -> list[str]:
        ids = asked.get("ids")
        if not isinstance(ids, list) or not all(isinstance(number, str) for number in ids):
            raise Refused(422, "ids")
        return ids

    def file_content(self, digest: str) -> bytes:
        with closing(self._open()) as database:
            row = database.execute("SELECT content FROM files WHERE digest = ?", [digest])
            found = row.fetchone()
        if found is None:
            raise Refused(404, "file")
        return found["content"]


# --- HTTP ----------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Every question must be signed, and every answer is."""

    system: System
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            self.answer(413, b"{}")
            return
        body = self.rfile.read(int(length))
        try:
            self.answer(200, json.dumps(self.asked(body)).encode())
        except Refused as refused:
            self.answer(refused.status, json.dumps({"error": refused.word}).encode())

    def asked(self, body: bytes) -> dict[str, Any]:
        what = self.path.rpartition("/")[2]
        self.verify(what, body)
        acts = {
            "check": self.system.check,
            "requests": self.system.requests,
            "outcomes": self.system.outcomes,
            "withdraw": self.system.withdraw,
        }
        if what not in acts:
            raise Refused(404, "path")
        try:
            asked = json.loads(body)
        except ValueError:
            raise Refused(400, "json") from None
        if not isinstance(asked, dict) or asked.get("version", 1) != 1:
            raise Refused(422, "version")
        return acts[what](asked)

    def do_GET(self) -> None:
        digest = self.path.rpartition("/")[2]
        try:
            self.verify(f"files/{digest}", b"")
            self.answer(200, self.system.file_content(digest), "application/octet-stream")
        except Refused as refused:
            self.answer(refused.status, json.dumps({"error": refused.word}).encode())

    def verify(self, label: str, body: bytes) -> None:
        at = self.headers.get("Portal-Timestamp", "")
        given = self.headers.get("Portal-Signature", "")
        if not is_signed(self.system.secrets, label, at, given, body):
            raise Refused(401, "signature")

    def answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        label = self.headers.get("Portal-Signature", "")
        for name, value in sign(self.system.secrets, label, body).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """No log: paths and bodies are about people."""


def server(system: System, port: int, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    handler = type("Bound", (Handler,), {"system": system})
    return ThreadingHTTPServer((host, port), handler)


def main() -> None:
    parser = argparse.ArgumentParser(description="A reference endpoint.")
    parser.add_argument("file", help="the SQLite file")
    parser.add_argument("port", type=int)
    parser.add_argument("--later", type=float, metavar="SECONDS", help="answer later")
    given = parser.parse_args()
    secrets = [s for s in os.environ.get("PRIVACY_SECRET", "").split(",") if len(s) >= 32]
    if not secrets:
        parser.error("PRIVACY_SECRET must hold a secret of 32 characters or more (or two, with ,)")
    server(System(given.file, secrets, given.later), given.port).serve_forever()


if __name__ == "__main__":
    main()
