"""The embedded Valkey, which speaks the Redis protocol: wakes and counters, never the truth."""

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from privacyportal.local import account, ports, processes, secretfiles
from privacyportal.local.binaries import valkey_program

START_SECONDS = 20


@dataclass
class Valkey:
    """One server on one folder, reached over loopback with a password."""

    home: Path
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.log = self.home / "server.log"
        self.password = secretfiles.kept(self.home / "password", secretfiles.password)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{ports.LOCAL}:{self.port}/0"

    def start(self) -> None:
        """Returns once it answers."""
        data = account.folder(self.home / "data")
        self.port = self.port or ports.kept(self.home / "port")
        configuration = self._configuration(data)
        argv = [valkey_program(), str(configuration)]
        self.process = account.spawn(argv, home=data.parent, log=self.log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                processes.stop(self.process)
                raise RuntimeError(f"Valkey does not start:\n{self._last_words()}")
            time.sleep(0.03)

    def stop(self) -> None:
        if self.process:
            processes.stop(self.process, with_signal=account.DEATH)

    def _configuration(self, data: Path) -> Path:
        """Written anew at each start: the password must not stand on a command line."""
        path = self.home / "valkey.conf"
        lines = [
            f"port {self.port}",
            f"bind {ports.LOCAL}",
            f'dir "{data}"',
            f"requirepass {self.password}",
            f"appendonly {'yes' if self.durable else 'no'}",
            'save ""',
            "maxmemory-policy noeviction",
            "loglevel warning",
            "set-proc-title no",  # lists of processes show whose it is
        ]
        secretfiles.write(path, "\n".join(lines) + "\n")
        account.hand_over(path)
        return path

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]
