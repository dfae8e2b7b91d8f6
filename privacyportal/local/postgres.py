"""The embedded PostgreSQL: one data folder, reached over loopback with a password."""

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from privacyportal.local import account, ports, processes, secretfiles
from privacyportal.local.binaries import postgres_program

NAME = "portal"
START_SECONDS = 40
SETTINGS = {
    "listen_addresses": ports.LOCAL,
    "unix_socket_directories": "",  # a socket's path is limited to 107 bytes; a folder's is not
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_checkpoints": "off",
    "log_min_messages": "log",  # the texts of errors and statements carry people's data
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Commits are written, which costs little where nothing waits for the disk: rows of a commit that is
# not would be left out by VACUUM when it marks what all can see, and plans would change with that.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One server on one folder; `durable=False` is for data that nobody will miss."""

    home: Path
    durable: bool = True
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self.password = secretfiles.kept(self.home / "password", secretfiles.password)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@{ports.LOCAL}:{self.port}/{NAME}"

    def start(self) -> None:
        """Returns once the database `portal` can be used; the port stays the same if it can."""
        if not self.data.exists():
            self._create()
        self._refuse_another_version()
        deadline = time.monotonic() + START_SECONDS
        self._end_former(deadline)
        self.port = self.port or ports.kept(self.home / "port")
        while not self._answers(deadline):
            # After a kill, processes of the last run may hold the folder for a moment more.
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start:\n{self._last_words()}")
            time.sleep(0.3)
        self._create_database()

    def stop(self) -> None:
        if self.process:
            processes.stop(self.process, with_signal=account.DEATH, seconds=15)

    def _create(self) -> None:
        """Under another name until it is whole: a first start may be killed half-way."""
        unfinished = self.home / "data-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        account.folder(unfinished)
        password = self.home / "first-password"
        secretfiles.write(password, self.password)
        account.hand_over(password)
        try:
            account.run(
                [postgres_program("initdb"), f"--pgdata={unfinished}", f"--username={NAME}"]
                + ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
                + ["--auth=scram-sha-256", f"--pwfile={password}"]
                + ([] if self.durable else ["--no-sync"]),
                home=self.home,
            )
        finally:
            password.unlink()
        unfinished.rename(self.data)

    def _refuse_another_version(self) -> None:
        """PostgreSQL would end with a line in its log; and never be asked to convert by chance."""
        of_data = (self.data / "PG_VERSION").read_text().strip()
        told = subprocess.run(
            [postgres_program("postgres"), "--version"], capture_output=True, text=True, check=True
        )
        ours = told.stdout.split()[-1].partition(".")[0]
        if of_data != ours:
            raise RuntimeError(
                f"{self.data} was written by PostgreSQL {of_data}, and this is PostgreSQL {ours}. "
                "Make a backup with the version of then (`manage.py backup`), move the folder "
                "away, and read the backup here (`manage.py restore`)."
            )

    def _answers(self, deadline: float) -> bool:
        """Starts the server and waits until it answers; False if it ended instead."""
        settings = {**SETTINGS, **({} if self.durable else NOT_DURABLE), "port": str(self.port)}
        argv = [postgres_program("postgres"), "-D", str(self.data)]
        argv += [f"--{name}={value}" for name, value in settings.items()]
        self.process = account.spawn(argv, home=self.home, log=self.log)
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError), self._connect():
                return True
            time.sleep(0.03)
        processes.stop(self.process, with_signal=account.DEATH)
        return False

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=ports.LOCAL,
            port=self.port,
            user=NAME,
            password=self.password,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _create_database(self) -> None:
        with self._connect() as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
            if not known.rowcount:
                connection.execute(f"CREATE DATABASE {NAME}")

    def _end_former(self, deadline: float) -> None:
        """Ends a server that a killed owner left on our folder, and clears up after it.

        After a reboot the number in its pid file may be a stranger's; PostgreSQL would take the
        stranger for itself and refuse to start.
        """
        note = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(note.read_text().splitlines()[0])
            while self._is_ours(pid) and time.monotonic() < deadline:
                os.kill(pid, account.DEATH)
                time.sleep(0.1)
            note.unlink()

    def _is_ours(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            return os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]
