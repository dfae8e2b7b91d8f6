"""Gunicorn's settings under the supervisor."""

import os
from pathlib import Path
from typing import Any

from privacyportal import logs
from privacyportal.local.processes import die_with_parent

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 3
control_socket_disable = True
# Heartbeats are written to a file: in memory, where a slow disk cannot stop them.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Before the settings are read, and in the process that reads none.
logconfig_dict = logs.configure(json=os.environ.get("LOG_FORMAT") == "json", level="INFO")


def post_fork(_server: Any, _worker: Any) -> None:
    """A killed master takes its workers along."""
    die_with_parent()
