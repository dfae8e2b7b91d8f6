"""Starts and stops processes that never outlive the one that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)  # looked up before any fork: a forked child must not load libraries


def die_with_parent(with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Has the kernel send `with_signal` to this process when its parent ends, however it ends.

    The kernel means the parent's thread: start processes from a thread that stays.
    """
    LIBC.prctl(PR_SET_PDEATHSIG, int(with_signal))


def tied_to_us(with_signal: signal.Signals) -> Callable[[], None]:
    """What a child runs between fork and exec so that it ends when we end."""
    us = os.getpid()

    def tie() -> None:
        die_with_parent(with_signal)
        if os.getppid() != us:  # we ended before the kernel knew
            os._exit(1)

    return tie


def spawn(
    argv: Sequence[str], *, at_our_death: signal.Signals = signal.SIGKILL, **options: Any
) -> subprocess.Popen[bytes]:
    """A child in a session of its own: Ctrl-C at the terminal is for its parent to handle."""
    return subprocess.Popen(
        argv, start_new_session=True, preexec_fn=tied_to_us(at_our_death), **options
    )


def stop(
    process: subprocess.Popen[bytes],
    *,
    with_signal: signal.Signals = signal.SIGTERM,
    seconds: float = 10,
) -> None:
    """Asks, waits, then kills the process and whatever of its group is left."""
    if process.poll() is None:
        process.send_signal(with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
