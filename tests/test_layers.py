"""Imports go one way: rules ← models ← processors ← events ← engine ← services ← all else."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
LAYERS = ("rules", "models", "processors", "events", "engine", "services")
FREE = {"settings.py", "urls.py"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


def test_a_layer_imports_only_what_lies_below_it() -> None:
    wrong = []
    for height, layer in enumerate(LAYERS):
        allowed = LAYERS[: height + 1]
        for path in (ROOT / "jobs" / layer).rglob("*.py"):
            for name in imports(path):
                parts = name.split(".")
                if parts[0] == "jobs" and len(parts) > 1 and parts[1] not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")

    assert wrong == []


def test_foundations_know_no_app() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "privacyportal").rglob("*.py")
        if path.name not in FREE
        for name in imports(path)
        if name.split(".")[0] in {"jobs", "consent"}
    ]

    assert wrong == []


def test_only_wake_queues() -> None:
    senders = [
        str(path.relative_to(ROOT))
        for folder in ("jobs", "privacyportal")
        for path in (ROOT / folder).rglob("*.py")
        if any(word in path.read_text() for word in ("send_task(", ".delay(", ".apply_async("))
    ]

    assert senders == ["jobs/engine/wake.py"]
