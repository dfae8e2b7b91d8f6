"""What must be done before the portal can start: migrations, static files, the demo organization.

One process for all three, since each start of Django costs as much as they do.
"""

import argparse
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command, get_commands

WITHOUT_DEMO = 3  # exit code: ready, but the demo organization is not in this database


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--demo", type=Path, required=True, help="file for the demo's facts")
    arguments = parser.parse_args()

    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    call_command("collectstatic", interactive=False, verbosity=0)
    return 0 if create_demo(arguments.url, arguments.demo) else WITHOUT_DEMO


def create_demo(url: str, file: Path) -> bool:
    """False if the database belongs to another organization: the portal runs without a demo."""
    if "create_demo" not in get_commands():
        return False
    try:
        call_command("create_demo", url=url, file=str(file))
    except CommandError as refusal:
        print(refusal, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
