"""What the terminal shows: one line at a time, with the name of who says it in front."""

import contextlib
import sys
import threading
from typing import IO

WIDTH = 8
COLOURS = {"portal": 36, "web": 32, "work": 33, "sweep": 35, "beat": 34}
LOCK = threading.Lock()


def say(text: str) -> None:
    """The supervisor speaks."""
    line("portal", text)


def line(name: str, text: str) -> None:
    label = f"{name:<{WIDTH}}│"
    if sys.stdout.isatty():
        label = f"\033[{COLOURS.get(name, 37)}m{label}\033[0m"
    block(f"{label} {text}")


def block(text: str) -> None:
    """As it is, in one piece: lines to be copied."""
    # Where nobody reads any more, those who write must go on all the same.
    with LOCK, contextlib.suppress(BrokenPipeError):
        print(text, flush=True)


def follow(name: str, output: IO[bytes]) -> threading.Thread:
    """Shows the lines of a process until it closes its output."""
    thread = threading.Thread(target=_follow, args=(name, output), daemon=True)
    thread.start()
    return thread


def _follow(name: str, output: IO[bytes]) -> None:
    with output:
        for raw in output:
            if text := raw.decode(errors="replace").rstrip():
                line(name, text)
