"""The embedded servers for one command, or until Ctrl-C.

python -m privacyportal.local.shell --state var -- python manage.py shell
python -m privacyportal.local.shell --temporary -- make bench
python -m privacyportal.local.shell --state var        (prints the environment to use them)
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from privacyportal.local import ownership, processes, servers


def main() -> int:
    arguments = _arguments()
    with ExitStack() as stack:
        if arguments.temporary:
            context = servers.temporary("privacyportal-shell-", given=os.environ)
        else:
            state = arguments.state.expanduser().resolve()
            stack.enter_context(ownership.own(state))
            context = servers.running(state, given=os.environ)
        environment = stack.enter_context(context).environment
        if arguments.command:
            return _run(arguments.command, environment)
        _wait(environment)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--state", type=Path, default=Path("var"), help="folder of the data")
    where.add_argument("--temporary", action="store_true", help="a folder that goes afterwards")
    parser.add_argument("command", nargs="*")
    return parser.parse_args()


def _run(command: list[str], environment: dict[str, str]) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's; we follow it
    return subprocess.run(
        command, env={**os.environ, **environment}, preexec_fn=_follow_us, check=False
    ).returncode


def _follow_us() -> None:
    processes.die_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _wait(environment: dict[str, str]) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    for name, value in environment.items():
        print(f"export {name}='{value}'")
    print("# PostgreSQL and Valkey run until Ctrl-C.", flush=True)
    ended.wait()


if __name__ == "__main__":
    sys.exit(main())
