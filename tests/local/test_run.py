"""`make run` as its user meets it: one real run after the other on one folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from privacyportal.local import ports, processes
from tests.local import watch

RUN = [sys.executable, "-m", "privacyportal.local.run", "--end-with-parent"]
ANSWERED = re.compile(r"^The portal is at (\S+)$", re.MULTILINE)

ROOT = Path(__file__).parent.parent.parent
QUEUES = ("work", "count", "sweep", "deliver")


class Run:
    """One supervisor, with a bare environment, and what it wrote."""

    def __init__(self, state: Path, log: Path, argv: Sequence[str], **variables: str) -> None:
        self.log = log
        with log.open("w") as output:
            self.process = processes.spawn(
                argv,
                env={"PATH": os.environ["PATH"], "STATE": str(state), **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def url(self) -> str:
        """Waits until the start-up has ended."""
        watch.wait_for(lambda: ANSWERED.search(self.output) or self.process.poll() is not None, 180)
        found = ANSWERED.search(self.output)
        assert found, self.output
        return found[1]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs of this module: a first start is the slow one."""
    return tmp_path_factory.mktemp("run") / "state"


@pytest.fixture
def start(state: Path, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts runs on the folder; none of them outlives the test."""
    runs: list[Run] = []

    def start(argv: Sequence[str] = RUN, **variables: str) -> Run:
        variables = {"PORT": str(ports.any_free()), **variables}
        runs.append(Run(state, tmp_path / f"log-{len(runs)}", argv, **variables))
        return runs[-1]

    yield start
    for run in runs:
        processes.stop(run.process, with_signal=signal.SIGKILL)
    watch.wait_for(lambda: not watch.processes_of(state))


@pytest.fixture
def run(start: Callable[..., Run]) -> Run:
    return start()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:  # nobody listens, or not yet
        return 0


def commands(state: Path) -> str:
    return "\n".join(watch.processes_of(state).values())


def test_a_run_answers_and_ctrl_c_ends_all_of_it(run: Run, state: Path) -> None:
    url = run.url()
    watch.wait_for(lambda: all(f"{n}@" in run.output for n in QUEUES))
    status = status_of(f"{url}/accounts/login/")
    working = commands(state)

    code = run.stop()

    assert (status, code) == (200, 0)
    for name in (
        "postgres",
        "valkey-server",
        "gunicorn",
        *(f"--queues {name}" for name in QUEUES),
        "celery --quiet --app privacyportal.local.tasks beat",
    ):
        assert name in working
    assert run.output.rstrip().endswith("stopped")
    assert watch.processes_of(state) == {}


def test_the_next_run_starts_in_seconds(run: Run) -> None:
    began = time.monotonic()

    run.url()

    assert time.monotonic() - began < 15


def test_the_walk_through_the_contract_ends_well(run: Run, state: Path) -> None:
    """Every line of docs/walk.sh, as a reader of the documentation would run it."""
    run.url()
    watch.wait_for(lambda: all(f"{n}@" in run.output for n in QUEUES))

    walk = subprocess.run(
        [ROOT / "docs" / "walk.sh", state / "demo.json"],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert walk.returncode == 0, walk.stderr + walk.stdout
    assert "✓ the description" in walk.stdout


def test_a_taken_port_is_said_and_the_next_free_one_is_used(start: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        run = start(PORT=str(taken))
        url = run.url()

        assert 0 < status_of(url) < 500
        assert f"port {taken} is taken: using {url.rpartition(':')[2]}" in run.output
        assert run.stop(signal.SIGTERM) == 0


def test_a_second_run_on_the_folder_is_told_who_has_it(
    run: Run, start: Callable[..., Run], state: Path
) -> None:
    run.url()

    second = start()

    assert second.process.wait(30) == 1
    assert f"{state} is in use by process {run.process.pid}." in second.output


def test_a_kill_of_the_supervisor_leaves_nothing_and_the_next_run_works(
    run: Run, start: Callable[..., Run], state: Path
) -> None:
    run.url()
    watch.wait_for(lambda: "work@" in run.output)
    assert len(watch.processes_of(state)) > 10

    run.process.kill()
    run.process.wait()

    watch.wait_for(lambda: not watch.processes_of(state), seconds=10)
    again = start()
    assert 0 < status_of(again.url()) < 500
    assert again.stop() == 0


def test_the_end_of_make_ends_the_run(start: Callable[..., Run], state: Path) -> None:
    make = start(["sh", "-c", '"$@"; true', "make", *RUN])
    make.url()

    make.process.kill()
    make.process.wait()

    watch.wait_for(lambda: not watch.processes_of(state), seconds=20)
    assert make.output.rstrip().endswith("stopped")


def test_what_dies_is_started_again(run: Run, state: Path) -> None:
    url = run.url()
    running = watch.processes_of(state).items()

    for program in ("tasks beat", "bin/postgres", "valkey-server"):
        os.kill(next(pid for pid, command in running if program in command), signal.SIGKILL)

    for name in ("beat", "Postgres", "Valkey"):
        watch.wait_for(lambda name=name: f"{name} runs again" in run.output, 20)
        assert f"{name} ended (signal 9); starting it again in 1 s" in run.output
    watch.wait_for(lambda: status_of(f"{url}/accounts/login/") == 200)
