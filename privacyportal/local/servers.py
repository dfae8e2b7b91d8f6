"""The embedded PostgreSQL and Valkey of a state folder, and the environment that points at them."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from privacyportal.local import ownership, secretfiles
from privacyportal.local.postgres import Postgres
from privacyportal.local.valkey import Valkey

KINDS: dict[str, type[Postgres] | type[Valkey]] = {"DATABASE_URL": Postgres, "REDIS_URL": Valkey}
SECRETS = {"SECRET_KEY": secretfiles.password, "MASTER_KEYS": secretfiles.master_key}


@dataclass
class Servers:
    """The embedded servers that run, by variable, and the environment for everything else."""

    embedded: dict[str, Postgres | Valkey]
    environment: dict[str, str]


@contextmanager
def running(
    state: Path, *, given: Mapping[str, str] | None = None, durable: bool = True
) -> Iterator[Servers]:
    """Both servers meanwhile, save those whose URL is given; secrets likewise.

    The caller owns the folder (see ownership).
    """
    given = {name: value for name, value in (given or {}).items() if value}
    embedded = {
        name: kind(state / kind.__name__.lower(), durable=durable)
        for name, kind in KINDS.items()
        if name not in given
    }
    try:
        for server in embedded.values():
            server.start()
        urls = {name: server.url for name, server in embedded.items()}
        known = {name: given[name] for name in (*KINDS, *SECRETS) if name in given}
        yield Servers(embedded, {**_secrets(state, known), **urls, **known, "STATE": str(state)})
    finally:
        for server in reversed(embedded.values()):
            server.stop()


def _secrets(state: Path, known: Mapping[str, str]) -> dict[str, str]:
    """What this installation made for itself at its first start."""
    return {
        name: secretfiles.kept(state / name.lower(), make)
        for name, make in SECRETS.items()
        if name not in known
    }


@contextmanager
def temporary(
    prefix: str, *, given: Mapping[str, str] | None = None, durable: bool = False
) -> Iterator[Servers]:
    """Servers on a folder that goes afterwards; what killed ones left behind goes now."""
    _remove_abandoned(prefix)
    state = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
    state.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's servers run as nobody
    try:
        with ownership.own(state), running(state, given=given, durable=durable) as servers:
            yield servers
    finally:
        shutil.rmtree(state, ignore_errors=True)


def _remove_abandoned(prefix: str) -> None:
    for state in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        # Younger ones may belong to someone who has not locked the folder yet.
        with suppress(ownership.Owned, OSError):
            if state.stat().st_mtime < time.time() - 60:
                with ownership.own(state):
                    shutil.rmtree(state, ignore_errors=True)
