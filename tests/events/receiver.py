"""A real receiver of webhooks on this machine, that behaves as a test tells it to."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """What arrived, and when (time.monotonic)."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query)


@dataclass
class Receiver:
    """`answers` are statuses of POSTs, the last one again and again; `challenge` makes the body of
    the answer to a GET of the word that came."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    challenge: Callable[[str], bytes] = str.encode
    challenge_status: int = 200
    delay: float = 0.0
    on_post: Callable[[Request], None] | None = None
    got: list[Request] = field(default_factory=list)
    flying: int = 0
    most_flying: int = 0
    lock: Any = field(default_factory=threading.Lock)

    @property
    def posts(self) -> list[Request]:
        """The events that came."""
        return [one for one in self.got if one.method == "POST" and b"specversion" in one.body]

    @property
    def messages(self) -> list[str]:
        return [one.json["data"]["value"]["message"] for one in self.posts]

    def answer(self, request: Request) -> tuple[int, bytes]:
        with self.lock:
            self.got.append(request)
            self.flying += 1
            self.most_flying = max(self.most_flying, self.flying)
        try:
            if request.method == "GET":
                word = request.query.get("challenge", [""])[0]
                return self.challenge_status, self.challenge(word)
            if self.on_post:
                self.on_post(request)
            time.sleep(self.delay)
            with self.lock:
                status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return status, b"ok"
        finally:
            with self.lock:
                self.flying -= 1


@contextmanager
def receiving(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body, time.monotonic())
            status, said = made.answer(request)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(said)
            except OSError:
                pass  # they did not wait for it

        do_GET = do_POST = take

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass

    server = Server((host, 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if context else "http"
    made.url = f"{scheme}://{host}:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
