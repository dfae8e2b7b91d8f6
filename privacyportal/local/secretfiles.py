"""Secrets that an installation makes for itself once and keeps, readable by its owner only."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Replaces the file in one step; it is never readable by others, not even while written."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def kept(path: Path, make: Callable[[], str]) -> str:
    """The secret of this file, made and stored at the first call."""
    if not path.exists():
        write(path, make())
    return path.read_text().strip()


def password() -> str:
    return secrets.token_urlsafe(32)


def master_key() -> str:
    """One entry of MASTER_KEYS: an id, and 32 random bytes."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return f"{secrets.token_hex(4)}:{key}"
