"""Free TCP ports."""

import socket
from pathlib import Path

LOCAL = "127.0.0.1"


def is_free(port: int, host: str = LOCAL) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def next_free(first: int, host: str = LOCAL) -> int:
    """`first`, or the next port after it that nobody has."""
    for port in range(first, min(first + 200, 65536)):
        if is_free(port, host):
            return port
    raise RuntimeError(f"No port from {first} on is free at {host}. Choose another with PORT=.")


def kept(path: Path) -> int:
    """The port of the last time, so that addresses noted elsewhere stay true; else another."""
    noted = path.read_text().strip() if path.exists() else ""
    if noted.isdecimal() and is_free(int(noted)):
        return int(noted)
    port = any_free()
    path.write_text(f"{port}\n")
    return port
