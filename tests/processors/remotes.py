"""Remote systems on this machine, that really speak HTTP."""

from __future__ import annotations

import importlib.util
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

SECRET = "one secret of the two sides, long enough"
OTHER = "another secret of the two sides, also long"


def load_endpoint() -> ModuleType:
    """docs/http_endpoint.py, the reference that the documentation gives out."""
    file = Path(__file__).parents[2] / "docs" / "http_endpoint.py"
    spec = importlib.util.spec_from_file_location("http_endpoint", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REFERENCE = load_endpoint()


@dataclass
class Reference:
    """The reference endpoint at work; `paths` are those that it was asked at."""

    system: Any
    url: str
    file: Path
    paths: list[str] = field(default_factory=list)

    def document(self, **more: Any) -> dict[str, Any]:
        return {"url": self.url, "secret": SECRET, **more}

    def run(self, statement: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as database:
            found = database.execute(statement, values).fetchall()
            database.commit()
            return found

    def add(self, *emails: str, note: str = "") -> None:
        for email in emails:
            self.run("INSERT INTO people VALUES (?, ?, ?)", email, email.title(), note)

    @property
    def emails(self) -> list[str]:
        return [email for (email,) in self.run("SELECT email FROM people ORDER BY 1")]


@contextmanager
def reference(
    folder: Path, secrets: Sequence[str] = (SECRET,), later: float | None = None
) -> Iterator[Reference]:
    file = folder / "endpoint.sqlite"
    system = REFERENCE.System(str(file), list(secrets), later)
    server = REFERENCE.server(system, 0)
    made = Reference(system, f"http://127.0.0.1:{server.server_address[1]}/privacy", file)
    handler = server.RequestHandlerClass

    class Watched(handler):  # type: ignore[misc,valid-type]
        def parse_request(self) -> bool:
            parsed = super().parse_request()
            made.paths.append(getattr(self, "path", ""))
            return bool(parsed)

    server.RequestHandlerClass = Watched
    with served(server):
        yield made


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[None]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[str, str, dict[str, str], bytes], Answer]


@contextmanager
def answering(answer: Answering, context: Any = None) -> Iterator[str]:
    """A server that answers what a function says of method, path, headers and body; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, sent, said = answer(self.command, self.path, headers, body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(said)), **sent}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_DELETE = take

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme, host = ("https", "localhost") if context else ("http", "127.0.0.1")
    with served(server):
        yield f"{scheme}://{host}:{server.server_address[1]}"
