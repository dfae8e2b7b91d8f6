"""`make run` as its user meets it: one real run after the other on one folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacyportal.local import ports, processes
from tests.local import watch

RUN = [sys.executable, "-m", "privacyportal.local.run", "--end-with-parent"]
MAKE = ["sh", "-c", '"$@"; exit $?', "make", *RUN]  # a shell that stays the parent
ANSWERED = re.compile(r"^The portal is at (\S+)$", re.MULTILINE)

ROOT = Path(__file__).parent.parent.parent
QUEUES = ("work", "count", "sweep", "deliver")


class Run:
    """One `make run` with a bare environment, and what it wrote. The port it wants is taken."""

    def __init__(self, state: Path, log: Path) -> None:
        self.log = log
        with socket.create_server(("127.0.0.1", 0)) as other, log.open("w") as output:
            self.taken = other.getsockname()[1]
            self.make = processes.spawn(
                MAKE,
                env={"PATH": os.environ["PATH"], "STATE": str(state), "PORT": str(self.taken)},
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
            self.url = self._url()
        watch.wait_for(lambda: all(f"{name}@" in self.output for name in QUEUES))

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def supervisor(self) -> int:
        return int(Path(f"/proc/{self.make.pid}/task/{self.make.pid}/children").read_text())

    @property
    def is_up(self) -> bool:
        return self.make.poll() is None

    def stop(self, number: signal.Signals) -> int:
        os.kill(self.supervisor, number)
        return self.make.wait(30)

    def _url(self) -> str:
        """Waits until the start-up has ended."""
        watch.wait_for(lambda: ANSWERED.search(self.output) or not self.is_up, 180)
        found = ANSWERED.search(self.output)
        assert found, self.output
        return found[1]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all runs of this module: a first start is the slow one."""
    return tmp_path_factory.mktemp("run") / "state"


@pytest.fixture(scope="module")
def runs(state: Path) -> Iterator[list[Run]]:
    """One after the other; none of them outlives the module."""
    runs: list[Run] = []
    yield runs
    for run in runs:
        processes.stop(run.make, with_signal=signal.SIGKILL)
    watch.wait_for(lambda: not watch.processes_of(state))


@pytest.fixture
def run(runs: list[Run], state: Path) -> Run:
    """The one that the last test left, or where it ended it, the next: a start is dear."""
    if not (runs and runs[-1].is_up):
        runs.append(Run(state, state.with_name(f"log-{len(runs)}")))
    return runs[-1]


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


def test_a_run_answers_and_everything_runs(run: Run, state: Path) -> None:
    working = commands(state)

    assert status_of(f"{run.url}/accounts/login/") == 200
    for name in (
        "postgres",
        "valkey-server",
        "gunicorn",
        *(f"--queues {name}" for name in QUEUES),
        "celery --quiet --app privacyportal.local.tasks beat",
    ):
        assert name in working


def test_a_taken_port_is_said_and_the_next_free_one_is_used(run: Run) -> None:
    assert f"port {run.taken} is taken: using {run.url.rpartition(':')[2]}" in run.output


def test_a_second_run_on_the_folder_is_told_who_has_it(run: Run, state: Path) -> None:
    second = subprocess.run(
        RUN,
        env={"PATH": os.environ["PATH"], "STATE": str(state), "PORT": str(ports.any_free())},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert second.returncode == 1
    assert f"{state} is in use by process {run.supervisor}." in second.stdout + second.stderr
    assert run.is_up


def test_the_walk_through_the_contract_ends_well(run: Run, state: Path) -> None:
    """Every line of docs/walk.sh, as a reader of the documentation would run it."""
    walk = subprocess.run(
        [ROOT / "docs" / "walk.sh", state / "demo.json"],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert walk.returncode == 0, walk.stderr + walk.stdout
    assert "✓ the description" in walk.stdout


def test_what_dies_is_started_again(run: Run, state: Path) -> None:
    running = watch.processes_of(state).items()

    for program in ("tasks beat", "bin/postgres", "valkey-server"):
        os.kill(next(pid for pid, command in running if program in command), signal.SIGKILL)

    for name in ("beat", "Postgres", "Valkey"):
        watch.wait_for(lambda name=name: f"{name} runs again" in run.output)
        assert f"{name} ended (signal 9); starting it again in 1 s" in run.output
    watch.wait_for(lambda: status_of(f"{run.url}/accounts/login/") == 200)


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGINT, marks=pytest.mark.slow), signal.SIGTERM],
    ids=["ctrl-c", "terminated"],
)
def test_an_orderly_stop_ends_all_of_it(run: Run, state: Path, number: signal.Signals) -> None:
    code = run.stop(number)

    assert code == 0
    assert run.output.rstrip().endswith("stopped")
    assert watch.processes_of(state) == {}


@pytest.mark.slow
def test_a_kill_of_the_supervisor_leaves_nothing_and_the_next_run_works(
    run: Run, runs: list[Run], state: Path
) -> None:
    assert len(watch.processes_of(state)) > 10

    run.stop(signal.SIGKILL)

    watch.wait_for(lambda: not watch.processes_of(state))
    runs.append(again := Run(state, state.with_name("again")))
    assert 0 < status_of(again.url) < 500
    assert "Applying" not in again.output, "a next run begins with what is there"


@pytest.mark.slow
def test_the_end_of_make_ends_the_run(run: Run, state: Path) -> None:
    run.make.kill()
    run.make.wait()

    watch.wait_for(lambda: not watch.processes_of(state))
    assert run.output.rstrip().endswith("stopped")
