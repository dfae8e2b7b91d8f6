"""Mails that were written into a folder instead of being sent (EMAIL_URL=file:///…)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings

FILES = "django.core.mail.backends.filebased.EmailBackend"
BETWEEN = b"\n" + b"-" * 79 + b"\n"  # Django's, after each mail of a file
MOST = 100  # files, newest first


@dataclass(frozen=True, slots=True)
class Mail:
    """`name` and `number` are its file's and its place in it."""

    name: str
    number: int
    at: datetime
    to: str
    subject: str
    text: str
    html: str


def folder() -> Path | None:
    """None where mails are sent."""
    place = getattr(settings, "EMAIL_FILE_PATH", "")
    return Path(place) if settings.EMAIL_BACKEND == FILES else None


def newest(place: Path) -> list[Mail]:
    files = sorted(place.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [mail for file in files[:MOST] for mail in _mails(file)]


def find(place: Path, name: str, number: int) -> Mail | None:
    file = place / f"{name}.log"
    if not file.is_file():
        return None
    return next((mail for mail in _mails(file) if mail.number == number), None)


def _mails(file: Path) -> Iterator[Mail]:
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    for number, raw in enumerate(file.read_bytes().split(BETWEEN)):
        if raw.strip():
            yield _mail(file.stem, number, at, raw)


def _mail(name: str, number: int, at: datetime, raw: bytes) -> Mail:
    message = message_from_bytes(raw, policy=default)
    return Mail(
        name,
        number,
        at,
        str(message["To"] or message["Bcc"] or ""),
        str(message["Subject"] or ""),
        _body(message, "plain"),
        _body(message, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).strip() if part else ""
