"""Where tests kill a worker: ENGINE_FAULT="point:/path" kills it -9 there, once, while the file
exists. Unset, it costs one comparison."""

import os
import signal
from pathlib import Path

from django.conf import settings


def fault(point: str) -> None:
    if not settings.ENGINE_FAULT:
        return
    wanted, _, path = settings.ENGINE_FAULT.partition(":")
    if wanted != point:
        return
    try:
        Path(path).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
