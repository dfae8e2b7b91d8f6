"""Who the embedded servers run as: PostgreSQL refuses root, so root's servers run as `nobody`."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from privacyportal.local import processes

ROOT = os.geteuid() == 0
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# Without the secure bit, access(2) would not know of the capability, and initdb asks it.
PASS_CLOSED_FOLDERS = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)
DEATH = signal.SIGINT  # PostgreSQL's fast shutdown; an orderly end for Valkey too


def folder(path: Path) -> Path:
    """A folder that only the servers' account can read."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    hand_over(path)
    return path


def hand_over(path: Path) -> None:
    if ROOT:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def run(argv: Sequence[str], *, home: Path) -> None:
    """Runs a program to its end as the servers' account; its own words if it fails."""
    process = processes.spawn(
        [*_prefix(argv[0], home), *argv],
        env=ENVIRONMENT,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        words, _ = process.communicate()
    finally:
        processes.stop(process)
    if process.returncode:
        raise RuntimeError(f"{Path(argv[0]).name} failed: {words.decode().strip()}")


def spawn(argv: Sequence[str], *, home: Path, log: Path) -> subprocess.Popen[bytes]:
    """Starts a server as the servers' account, its output at the end of `log`."""
    with log.open("ab") as output:
        return processes.spawn(
            [*_prefix(argv[0], home), *argv],
            at_our_death=DEATH,
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def _prefix(program: str, home: Path) -> list[str]:
    """What changes the account in front of a command: nothing, unless we are root.

    Where `nobody` cannot get to the program or its data (a clone below root's closed home), it
    is given the one capability to pass through closed folders; copies elsewhere would put the
    data outside the folder that was asked for.
    """
    if not ROOT:
        return []
    setpriv = _setpriv()
    for prefix in (setpriv, [*setpriv, *PASS_CLOSED_FOLDERS]):
        if _can(prefix, ["ls", "-d", program, f"{home}/."]):
            return [*prefix, "--"]
    raise RuntimeError(
        f"As root, the embedded servers run as the user nobody, who cannot get to {home}. "
        "Choose another folder, for example STATE=/var/lib/privacyportal, or run as a user."
    )


@cache
def _setpriv() -> list[str]:
    path = shutil.which("setpriv")
    if path is None:
        raise RuntimeError("As root this needs the program setpriv: install util-linux.")
    nobody = pwd.getpwnam("nobody")
    return [
        path,
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
        f"--pdeathsig={DEATH.name.removeprefix('SIG')}",
    ]


def _can(prefix: Sequence[str], argv: Sequence[str]) -> bool:
    result = subprocess.run(
        [*prefix, "--", *argv], env=ENVIRONMENT, cwd="/", capture_output=True, check=False
    )
    return result.returncode == 0
