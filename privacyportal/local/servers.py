"""The embedded PostgreSQL and Valkey of a state folder, and the environment that points at them.

`python -m privacyportal.local.servers --state FOLDER` starts both and prints that environment.
"""

import argparse
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from privacyportal.local import ownership, secretfiles
from privacyportal.local.postgres import Postgres
from privacyportal.local.valkey import Valkey


@contextmanager
def running(
    state: Path, *, given: Mapping[str, str] | None = None, durable: bool = True
) -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL, each as given or of an embedded server that runs meanwhile.

    The caller owns the folder (see ownership).
    """
    urls = {name: url for name, url in (given or {}).items() if url}
    with ExitStack() as stack:
        for name, server in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
            if name not in urls:
                urls[name] = stack.enter_context(_started(server, state, durable))
        yield urls


@contextmanager
def _started(kind: type[Postgres] | type[Valkey], state: Path, durable: bool) -> Iterator[str]:
    server = kind(state / kind.__name__.lower(), durable=durable)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def environment(state: Path) -> dict[str, str]:
    """The secrets that this installation made for itself, and where its data is."""
    return {
        "STATE": str(state),
        "SECRET_KEY": secretfiles.kept(state / "secret_key", secretfiles.password),
        "MASTER_KEYS": secretfiles.kept(state / "master_keys", secretfiles.master_key),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, default=Path("var"), help="folder of the data")
    state = parser.parse_args().state.resolve()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())

    with ownership.own(state), running(state) as urls:
        for name, value in {**environment(state), **urls}.items():
            print(f"export {name}='{value}'")
        print("# PostgreSQL and Valkey run until Ctrl-C.", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
