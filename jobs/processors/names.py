"""Names of files that a product gives: whatever it calls them, they are safe in any folder."""

from __future__ import annotations

import re

UNSAFE = re.compile(r"[^\w.() -]|\s", re.ASCII)
LONGEST = 120
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.ASCII | re.IGNORECASE)


class FileNames:
    """The names of one content, each once whatever its letter case."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def safe(self, given: str) -> str:
        """Without folders, odd characters and a leading dot; numbered where it was there before."""
        base = given.replace("\\", "/").rstrip("/").rpartition("/")[2]
        base = UNSAFE.sub("_", base).strip(". ") or "file"
        if DEVICES.match(base):
            base = f"_{base}"
        if len(base) > LONGEST:
            stem, dot, ending = base.rpartition(".")
            ending = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
            base = base[: LONGEST - len(ending)] + ending
        name, number = base, 1
        while name.lower() in self._used:
            number += 1
            name = f"{number}-{base}"
        self._used.add(name.lower())
        return name
