"""The embedded servers: they start, keep their data, and end with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import psycopg
import pytest
import redis

from privacyportal.local import account, ownership, servers
from privacyportal.local.postgres import Postgres
from privacyportal.local.valkey import Valkey
from tests.local import watch

HOLD = [sys.executable, "-m", "privacyportal.local.shell", "--state"]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """As root below folders that are closed to others, as a clone in root's home is."""
    return tmp_path / "state"


@pytest.fixture
def postgres(state: Path) -> Iterator[Postgres]:
    server = Postgres(state / "postgres")
    server.start()
    yield server
    server.stop()


def test_postgres_killed_and_restarted_keeps_its_data_and_its_port(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS value")
    before = postgres.url

    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    again = Postgres(postgres.home)
    again.start()

    try:
        with psycopg.connect(again.url) as connection:
            assert connection.execute("SELECT value FROM kept").fetchall() == [(42,)]
        assert again.url == before
    finally:
        again.stop()


def test_data_of_another_version_is_refused_in_words(postgres: Postgres) -> None:
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("16\n")

    with pytest.raises(RuntimeError, match="written by PostgreSQL 16, and this is PostgreSQL"):
        Postgres(postgres.home).start()


def test_a_program_in_a_closed_folder_runs_and_knows_that_it_can_be_run(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "program"
    program.write_text('#!/bin/sh\ntest -x "$0" && test "$(id -u)" -ne 0\n')
    program.chmod(0o700)

    account.run([str(program)], home=closed)


def test_postgres_refuses_a_wrong_password(postgres: Postgres) -> None:
    wrong = postgres.url.replace(postgres.password, "wrong")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_postgres_logs_no_value_that_a_statement_or_an_error_carries(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE person (email text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('secret@example.com')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('secret@example.com')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT 'secret@example.com'::uuid")

    assert "secret@" not in postgres.log.read_text()


def test_postgres_starts_although_its_pid_file_names_a_stranger(postgres: Postgres) -> None:
    postgres.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    note = postgres.data / "postmaster.pid"
    note.write_text(f"{stranger.pid}\n{postgres.data}\n")

    try:
        postgres.start()

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_valkey_killed_and_restarted_keeps_its_data(state: Path) -> None:
    server = Valkey(state / "valkey")
    server.start()
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
    time.sleep(1.2)  # it writes once a second

    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    server.start()

    with redis.Redis.from_url(server.url) as client:
        assert client.get("kept") == b"yes"
    server.stop()


def test_valkey_refuses_who_has_no_password(state: Path) -> None:
    server = Valkey(state / "valkey")
    server.start()

    try:
        with (
            redis.Redis(port=server.port, retry=None) as client,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            client.ping()
    finally:
        server.stop()


def test_servers_end_when_their_owner_is_killed_and_the_next_owner_starts(state: Path) -> None:
    bare = {"PATH": os.environ["PATH"]}
    command = [*HOLD, str(state)]
    with subprocess.Popen(command, env=bare, stdout=subprocess.PIPE, text=True) as owner:
        first = list(takewhile(lambda line: line.startswith("export"), owner.stdout))
        owner.kill()

    with ownership.own(state), servers.running(state) as running:
        second = [f"export {name}='{value}'\n" for name, value in running.environment.items()]
        assert watch.processes_of(state)

    watch.wait_for(lambda: not watch.processes_of(state))
    kept = [line for line in first if "REDIS_URL" not in line]  # its port may be another
    assert len(kept) == 4
    assert set(kept) <= set(second)


def test_a_folder_has_one_owner_and_the_second_is_told_which(state: Path) -> None:
    with ownership.own(state):
        result = subprocess.run(
            [*HOLD, str(state), "--", "true"], capture_output=True, text=True, check=False
        )

    assert result.returncode != 0
    assert f"{state} is in use by process {os.getpid()}" in result.stderr


def test_what_is_secret_is_readable_by_its_owner_only(state: Path) -> None:
    with ownership.own(state), servers.running(state):
        pass

    names = ["secret_key", "master_keys", "postgres/password", "valkey/password"]
    modes = {name: (state / name).stat().st_mode & 0o777 for name in names}
    assert set(modes.values()) == {0o600}
    assert (state / "valkey" / "valkey.conf").stat().st_mode & 0o777 == 0o600


def test_servers_that_are_given_are_used_and_none_is_embedded(state: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/portal", "REDIS_URL": "redis://elsewhere"}

    with ownership.own(state), servers.running(state, given=given) as running:
        assert running.embedded == {}
        assert running.environment.items() >= given.items()
