"""`make run`: servers, migrations, demo, web, workers and scheduler under one supervisor.

Whoever ends it, and however, ends all of it: an orderly stop on Ctrl-C or SIGTERM, and where it
is killed the kernel ends its children (see processes).
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from privacyportal.local import (
    console,
    ownership,
    ports,
    prepare,
    processes,
    servers,
    supervision,
    welcome,
)
from privacyportal.local.services import Service, services

ANSWER_SECONDS = 90
SAME_SECONDS = 1  # signals this close together are one: make and the terminal may both send it


class Stop(BaseException):
    """Ctrl-C, SIGTERM, or the terminal is gone."""


@dataclass(frozen=True)
class Place:
    """Where this portal lives."""

    host: str
    port: int
    state: Path

    @property
    def reached_at(self) -> str:
        """The address by which this machine reaches it."""
        return {"0.0.0.0": ports.LOCAL, "::": "::1"}.get(self.host, self.host)

    @property
    def url(self) -> str:
        name = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return os.environ.get("PORTAL_URL") or f"http://{name}:{self.port}"

    @property
    def demo(self) -> Path:
        return self.state / "demo.json"

    @property
    def mails(self) -> Path:
        return self.state / "mails"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--end-with-parent", action="store_true", help="stop when make stops")
    if parser.parse_args().end_with_parent:
        processes.die_with_parent(signal.SIGTERM)
    _stop_on_signals()
    try:
        _run(_place())
    except Stop:
        console.say("stopped")
    except (ownership.Owned, RuntimeError) as problem:
        console.say(str(problem))
        return 1
    return 0


def _place() -> Place:
    state = Path(os.environ.get("STATE") or "var").expanduser()
    host = os.environ.get("HOST") or ports.LOCAL
    wanted = os.environ.get("PORT") or "8000"
    if not (wanted.isdecimal() and 0 < int(wanted) < 65536):
        raise RuntimeError(f"PORT={wanted} is not a port: choose a number from 1 to 65535.")
    port = ports.next_free(int(wanted), host)
    if port != int(wanted):
        console.say(f"port {wanted} is taken: using {port}")
    return Place(host, port, state.resolve())


def _run(place: Place) -> NoReturn:
    with ownership.own(place.state):
        console.say(f"starting; data is in {place.state}")
        with servers.running(place.state, given=os.environ) as running:
            environment = _environment(place, running.environment)
            with_demo = _prepare(place, environment)
            with _kept(place, running, environment) as kept:
                _say_when_it_answers(place, with_demo)
                while True:
                    for one in kept:
                        one.look()
                    time.sleep(0.2)


def _environment(place: Place, of_servers: Mapping[str, str]) -> dict[str, str]:
    names = ["localhost", "127.0.0.1", "[::1]", place.reached_at, os.uname().nodename]
    return {
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(names)),
        "DJANGO_SETTINGS_MODULE": "privacyportal.settings",
        "PYTHONUNBUFFERED": "1",
        "OUTBOUND_ALLOW_HTTP": "true",  # a receiver beside the portal, to try webhooks
        "OUTBOUND_ALLOW_LOOPBACK": "true",
        "OPERATOR_SECOND_FACTOR": "false",
        "EMAIL_URL": f"file:///{place.mails}",  # read at /mail/
        **os.environ,
        **of_servers,
        "PORTAL_URL": place.url,
        "PRODUCT_PRIVATE_HOSTS": _private_hosts(of_servers["DATABASE_URL"]),
    }


def _private_hosts(database_url: str) -> str:
    """What the operator lists, and the database server: the demo's products are beside ours."""
    server = urlsplit(database_url)
    listed = os.environ.get("PRODUCT_PRIVATE_HOSTS", "").split(",")
    return ",".join(filter(None, [*listed, f"{server.hostname}:{server.port or 5432}"]))


def _prepare(place: Place, environment: Mapping[str, str]) -> bool:
    """Migrations, static files and the demo; True if the demo is there."""
    console.say("preparing the database, the static files and the demo organization")
    module = [sys.executable, "-m", "privacyportal.local.prepare"]
    process = processes.spawn(
        [*module, "--url", place.url, "--demo", str(place.demo)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert process.stdout
        console.follow("portal", process.stdout).join()
        code = process.wait()
    finally:
        processes.stop(process)
    if code not in (0, prepare.WITHOUT_DEMO):
        raise RuntimeError(f"the preparation failed ({supervision.ending(code)}), see above")
    return code == 0


@contextmanager
def _kept(
    place: Place, running: servers.Servers, environment: Mapping[str, str]
) -> Iterator[list[supervision.Kept]]:
    """Everything that is watched; on the way out the services stop, group after group."""
    kept = [supervision.keep_server(server) for server in running.embedded.values()]
    groups: list[list[tuple[Service, supervision.Kept]]] = []
    try:
        for group in services(host=place.host, port=place.port, state=place.state):
            groups.append([])
            for service in group:
                one = supervision.keep_service(service, environment)
                groups[-1].append((service, one))
                kept.append(one)
        yield kept
    finally:
        console.say("stopping; Ctrl-C once more ends it at once")
        for started in groups:
            supervision.stop_together(started)


def _say_when_it_answers(place: Place, with_demo: bool) -> None:
    """In a thread: meanwhile the processes are watched."""

    def wait() -> None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while not _answers(place):
            if time.monotonic() > deadline:
                console.say(f"the web server has not answered for {ANSWER_SECONDS} s, see above")
                return
            time.sleep(0.1)
        console.block(
            welcome.text(
                place.url,
                place.demo if with_demo else None,
                mails_kept="EMAIL_URL" not in os.environ,
            )
        )

    threading.Thread(target=wait, daemon=True).start()


def _answers(place: Place) -> bool:
    connection = http.client.HTTPConnection(place.reached_at, place.port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop_on_signals() -> None:
    """The first asks for an orderly stop, the second ends at once: the kernel ends the rest."""

    asked_at: list[float] = []

    def handle(*_: object) -> None:
        now = time.monotonic()
        if not asked_at:
            asked_at.append(now)
            raise Stop
        if now - asked_at[0] > SAME_SECONDS:
            os._exit(1)

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
        numbers.append(signal.SIGHUP)
    for number in numbers:
        signal.signal(number, handle)


if __name__ == "__main__":
    sys.exit(main())
