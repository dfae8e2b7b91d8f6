"""Room on disk for what must be read twice, like a ZIP that was fetched: what lies there is
encrypted with a key that only this process has, and gone when it is closed."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR

BLOCK = 16


class Scratch(io.RawIOBase):
    """A file that is written once, from its beginning, and then read anywhere."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True, exist_ok=True)
        # It has no name: a crash leaves nothing.
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._key, self._first = os.urandom(32), os.urandom(8)
        self._writing = self._cipher(0)
        self._size = self._at = 0

    def _cipher(self, block: int) -> CipherContext:
        counter = self._first + block.to_bytes(8, "big")
        return Cipher(AES256(self._key), CTR(counter)).encryptor()  # its own inverse

    def pour(self, piece: bytes) -> None:
        """Adds to the end."""
        self._file.write(self._writing.update(piece))
        self._size += len(piece)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        block, within = divmod(self._at, BLOCK)
        self._file.seek(block * BLOCK)
        wanted = min(len(buffer), max(0, self._size - self._at))
        sealed = self._file.read(within + wanted)
        plain = self._cipher(block).update(sealed)[within:]
        buffer[: len(plain)] = plain
        self._at += len(plain)
        return len(plain)

    def close(self) -> None:
        self._file.close()
        super().close()
