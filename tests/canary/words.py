"""Words that stand nowhere else, and finding them in whatever form they were written."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

PACKED = re.compile(rb"eJ[\w-]{10,}")  # zlib below base64: sessions, messages in cookies


@dataclass(frozen=True)
class Canary:
    """What one path is given: all of its values hold `word`, which is of small letters and digits
    alone, and so looks the same in URLs, in JSON and in the log."""

    path: str

    @property
    def word(self) -> str:
        return f"kanari{self.path.replace('_', '')}z9"

    @property
    def email(self) -> str:
        return f"{self.word}@example.invalid"

    @property
    def name(self) -> str:
        return f"{self.word.title()} Åsa"

    @cached_property
    def forms(self) -> tuple[tuple[bytes, ...], bytes]:
        """As it would be found: exactly; and whatever the case of its letters."""
        plain = self.word.encode()
        exactly = tuple(part for text in (plain, plain.title()) for part in _base64(text))
        return exactly, plain

    def is_in(self, text: bytes) -> bool:
        exactly, plain = self.forms
        small = text.lower()
        return plain in small or plain.hex().encode() in small or any(f in text for f in exactly)


def _base64(text: bytes) -> Iterator[bytes]:
    """What base64 makes of it, wherever it begins within three bytes; without the ends, which
    depend on what stands beside it."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + text).rstrip(b"=")
        yield coded[4 if before else 0 : -2]


def unpacked(text: bytes) -> bytes:
    """The text, and behind it what is packed within it."""
    found = [text]
    for packed in PACKED.findall(text):
        with suppress(ValueError, zlib.error):
            found.append(
                zlib.decompress(base64.urlsafe_b64decode(packed + b"=" * (-len(packed) % 4)))
            )
    return b"\n".join(found)
