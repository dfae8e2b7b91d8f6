"""Content of an access, while a processor writes it: several named files in one sealed body.

Up to `INLINE_LIMIT` bytes stay in memory and become one sealed row; larger content goes to package
storage in sealed, numbered chunks, so that memory does not grow with the size of a person.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

INLINE_LIMIT = 256 * 1024
CHUNK = 256 * 1024

SealChunk = Callable[[int, bytes], bytes]


@dataclass(slots=True)
class ContentFile:
    """One file of a content: its place in the body follows from the sizes before it."""

    name: str
    size: int = 0
    records: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Finished content: `body` in clear when it is small, else `path` of a durable sealed file."""

    files: tuple[ContentFile, ...]
    size: int
    body: bytes | None
    path: Path | None


@dataclass(slots=True)
class OpenFile:
    """A file of a content while it is written."""

    entry: ContentFile
    _write: Callable[[bytes], None]
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        self.entry.size += len(data)
        self._digest.update(data)
        self._write(data)


class ContentWriter:
    """Writes the files of one response, one after another. `seal(number, chunk)` seals a chunk;
    `target` is where large content lies at the end (temporary name, fsync, rename)."""

    def __init__(self, seal: SealChunk, target: Path) -> None:
        self._seal, self._target = seal, target
        self._files: list[ContentFile] = []
        self._buffer = bytearray()
        self._size = self._chunks = 0
        self._spill: BinaryIO | None = None

    @contextmanager
    def file(self, name: str) -> Iterator[OpenFile]:
        """Opens the next file, `name` being safe inside a ZIP ("orders.json")."""
        entry = ContentFile(name)
        opened = OpenFile(entry, self._append)
        yield opened
        entry.sha256 = opened._digest.hexdigest()
        self._files.append(entry)

    def finish(self) -> Content:
        """Makes it durable. After that the writer is spent."""
        if self._spill is None:
            return Content(tuple(self._files), self._size, bytes(self._buffer), None)
        self._flush(last=True)
        self._spill.flush()
        os.fsync(self._spill.fileno())
        self._spill.close()
        self._temporary.rename(self._target)
        folder = os.open(self._target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return Content(tuple(self._files), self._size, None, self._target)

    def discard(self) -> None:
        """Forgets what was written (a batch that is split or lost)."""
        if self._spill is not None:
            self._spill.close()
            self._temporary.unlink(missing_ok=True)
            self._target.unlink(missing_ok=True)
        self._buffer.clear()

    @property
    def _temporary(self) -> Path:
        return self._target.with_suffix(".part")

    def _append(self, data: bytes) -> None:
        self._buffer += data
        self._size += len(data)
        if self._spill is None and len(self._buffer) > INLINE_LIMIT:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._spill = self._temporary.open("xb")
        if self._spill is not None:
            self._flush(last=False)

    def _flush(self, *, last: bool) -> None:
        assert self._spill is not None
        while len(self._buffer) >= CHUNK or (last and self._buffer):
            sealed = self._seal(self._chunks, bytes(self._buffer[:CHUNK]))
            self._spill.write(len(sealed).to_bytes(4, "big") + sealed)
            del self._buffer[:CHUNK]
            self._chunks += 1
