"""Somebody who goes everywhere in a running portal, and what was told on the way."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.canary.founding import PASSWORD
from tests.faults.installation import Installation
from tests.flows.workers import until

LINKS = re.compile(rb"\b(?:href|src|action|formaction|hx-[a-z-]+)=\"([^\"]*)\"")
# A form that comes back holds what its sender typed; and a program is told what was wrong with what
# it sent, by the API's other errors.
FORM_ERROR = 422
API = "/data/core/privacy"


@dataclass
class Walk:
    """`told` is what the portal said by place: headers, links, pages of errors, audit log …"""

    portal: Installation
    folder: Path
    stack: ExitStack
    told: dict[str, list[bytes]] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.program = self.client(**self.portal.told["headers"])
        self.stranger = self.client()
        self.officer = self.signed_in("officer")
        self.administrator = self.signed_in("administrator")
        self.operator = self.signed_in("operator")

    def note(self, place: str, text: bytes) -> None:
        self.told.setdefault(place, []).append(text)

    def client(self, **headers: str) -> httpx.Client:
        made = httpx.Client(
            base_url=self.portal.url,
            headers=headers,
            timeout=60,
            event_hooks={"response": [self._listen]},
        )
        return self.stack.enter_context(made)

    def signed_in(self, who: str) -> httpx.Client:
        client = self.client(Referer=self.portal.url)
        client.get("/accounts/login/")
        form = {"login": f"{who}@example.org", "password": PASSWORD}
        assert self.post(client, "/accounts/login/", form).status_code == 302
        return client

    def post(
        self, client: httpx.Client, path: str, form: dict[str, Any], **more: Any
    ) -> httpx.Response:
        """As a page's own form does."""
        token = client.cookies.get("csrftoken") or ""
        return client.post(path, data={"csrfmiddlewaretoken": token, **form}, **more)

    def _listen(self, response: httpx.Response) -> None:
        response.read()
        # The name of a file that one downloads is a part of the file.
        told = [(k, v) for k, v in response.headers.multi_items() if k != "content-disposition"]
        self.note("headers", repr(told).encode())
        if "html" in response.headers.get("content-type", ""):
            self.note("links", b"\n".join(LINKS.findall(response.content)))
            if response.status_code >= 400 and response.status_code != FORM_ERROR:
                self.note("pages of errors", response.content)
        elif response.status_code >= 500:
            self.note("pages of errors", response.content)

    @property
    def log(self) -> str:
        return (self.folder / "workers.log").read_text()

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, self.folder / "workers.log", seconds=120)

    def raw(self, request: bytes) -> None:
        """What no well-behaved client sends."""
        place = urlsplit(self.portal.url)
        with socket.create_connection((place.hostname or "", place.port or 0), 5) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                while connection.recv(65536):
                    pass

    @staticmethod
    def models(index: str) -> list[str]:
        """The addresses of the lists that the admin's first page names."""
        return re.findall(r'href="(/admin/\w+/\w+/)"', index)

    def command(self, *argv: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Of manage.py; what it writes into the log is told, its answers are the operator's."""
        done = subprocess.run(
            [sys.executable, "manage.py", *argv],
            input=given,
            env=self.portal.whole_environment,
            capture_output=True,
            check=False,
        )
        self.note("commands", done.stdout + done.stderr)
        return done


@contextmanager
def listening(portal: Installation) -> Iterator[list[bytes]]:
    """All that is said to Valkey meanwhile, from whomever: tasks, keys, values."""
    heard: list[bytes] = []
    place = urlsplit(portal.valkey.url)
    connection = socket.create_connection((place.hostname or "", place.port or 0), 10)
    connection.settimeout(None)
    connection.sendall(f"AUTH {place.password}\r\nMONITOR\r\n".encode())

    def hear() -> None:
        while some := connection.recv(65536):
            heard.append(some)

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        connection.shutdown(socket.SHUT_RDWR)
        thread.join()
        connection.close()
