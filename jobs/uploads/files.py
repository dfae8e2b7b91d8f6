"""Bytes of a file → its text: which encoding, which separator. Pure."""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from jobs.rules.file_kinds import SPREADSHEETS
from privacyportal.sentences import Sentence, said

LARGEST = 20 * 2**20
SEPARATORS = ";,\t|"
BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
LOOKED_AT = 4096  # bytes that tell UTF-16 without a mark, characters that tell the separator


class Unreadable(Exception):
    """The file is no text that anybody could read; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__()
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text without mark, and the name of its encoding."""

    text: str
    encoding: str


def kind_of(name: str, body: bytes) -> str:
    """json or csv: as its name says, else as it begins."""
    ending = name.rpartition(".")[2].lower()
    if ending in ("json", "csv"):
        return ending
    start = body[:LOOKED_AT].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "json" if start[:1] in (b"{", b"[") else "csv"


def text_of(body: bytes) -> Text:
    """Raises Unreadable."""
    if body.startswith(SPREADSHEETS):
        raise Unreadable(
            said(_("This is a spreadsheet, not a text. Save it as CSV (UTF-8), and upload that."))
        )
    encoding, label, start = _encoding(body)
    try:
        text = body[start:].decode(encoding)
    except UnicodeDecodeError:
        told = _("This text is damaged: it begins as %s and does not go on so. Export it again.")
        raise Unreadable(said(told, label)) from None
    if "\0" in text:
        raise Unreadable(said(_("This is not a text. Upload JSON or CSV.")))
    if not text.strip():
        raise Unreadable(said(_("The file is empty.")))
    return Text(text, label)


def _encoding(body: bytes) -> tuple[str, str, int]:
    """Codec, name, and where the text begins."""
    for bom, codec, label in BOMS:
        if body.startswith(bom):
            return codec, label, len(bom)
    head = body[: LOOKED_AT - LOOKED_AT % 2]
    # Western text in UTF-16 has a NUL in every second byte.
    if len(head) > 1 and not any(head[::2][:-1]) and any(head[1::2]):
        return "utf-16-be", "UTF-16", 0
    odd = head[1::2]
    if odd and odd.count(0) > len(odd) * 0.7 and any(head[::2]):
        return "utf-16-le", "UTF-16", 0
    try:
        body.decode()
    except UnicodeDecodeError:
        # A few bytes mean nothing there: they become characters nobody takes for a value.
        return ("cp1252" if _is_windows(body) else "latin-1"), "Windows-1252", 0
    return "utf-8", "UTF-8", 0


def _is_windows(body: bytes) -> bool:
    return not any(byte in body for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def separator_of(text: str) -> tuple[str, int]:
    """What stands between cells, and how many lines come before the heading: spreadsheets may
    write `sep=;` there."""
    first = text[:LOOKED_AT].split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and first[4:5] in tuple(SEPARATORS):
        return first[4:5], 1
    return _most_frequent(text[:LOOKED_AT]), 0


def _most_frequent(text: str) -> str:
    """The separator that the first line holds most of, outside quotes."""
    counts: Counter[str] = Counter()
    quoted = False
    for character in text.lstrip():
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            break
        elif not quoted and character in SEPARATORS:
            counts[character] += 1
    return counts.most_common(1)[0][0] if counts else ","
