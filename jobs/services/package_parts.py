"""The parts of a package: which product gave what, under which names, and its bytes in clear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_CUR
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from jobs.models import Job, PackageContent, ProductResponse
from jobs.models.places import content_place
from jobs.processors.content import CHUNK
from jobs.rules.states import State
from privacyportal.keys.services import Sealer, sealers

LENGTH = 4  # bytes before each sealed chunk of a file
UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Expired(Exception):
    """The package is no longer kept."""


@dataclass(frozen=True, slots=True)
class Part:
    """One product's part of a package; `content` (without its body) is None where nothing was
    given."""

    response: ProductResponse
    content: PackageContent | None

    @property
    def name(self) -> str:
        product = self.response.product
        return str(product) if product else self.response.product_code

    @property
    def files(self) -> list[tuple[str, int, str]]:
        """(safe name, size, SHA-256) of each file, in the order of the body."""
        files = self.content.files if self.content else []
        names = safe_names(file["name"] for file in files)
        return [(name, f["size"], f["sha256"]) for name, f in zip(names, files, strict=True)]


@dataclass(frozen=True, slots=True)
class Package:
    """The package of a closed access job: of a complete one everything, of one in error what the
    other products gave."""

    job: Job
    parts: tuple[Part, ...]

    @property
    def missing(self) -> list[Part]:
        """The parts that their products did not give."""
        return [part for part in self.parts if part.response.state != State.COMPLETE]

    @property
    def file_name(self) -> str:
        return f"{self.job.public_id}{'-incomplete' if self.missing else ''}.zip"

    @property
    def expires_at(self) -> datetime:
        assert self.job.closed_at is not None
        kept_until = self.job.closed_at + self.job.organization.keeps_packages
        contents = [part.content.expires_at for part in self.parts if part.content]
        return min([kept_until, *contents])

    @property
    def expired(self) -> bool:
        removed = any(part.content and part.content.removed_at for part in self.parts)
        destroyed = self.job.request.data_key.destroyed_at is not None
        return removed or destroyed or self.expires_at <= timezone.now()


def safe_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Names that are safe in any file system, each once whatever its letter case."""
    used, names = set(taken), []
    for name in wanted:
        safe = base = UNSAFE.sub("_", name).strip(".") or "_"
        number = 1
        while safe.lower() in used:
            number += 1
            safe = f"{number}-{base}"
        used.add(safe.lower())
        names.append(safe)
    return names


def open_body(content: PackageContent, skip: int = 0) -> Iterator[bytes]:
    """The files of a content, one after another, in clear; without the first `skip` bytes."""
    sealer = sealers([content.data_key_id]).get(content.data_key_id)
    if sealer is None:
        raise Expired
    if content.path:
        with (settings.PACKAGE_DIR / content.path).open("rb") as file:
            yield from _chunks(file, sealer, content.pk, skip)
        return
    sealed = PackageContent.objects.values_list("body_sealed", flat=True).get(pk=content.pk)
    if sealed is None:
        raise Expired
    yield sealer.open(sealed, content_place(content.pk, 0))[skip:]


def _chunks(file: BinaryIO, sealer: Sealer, response_id: int, skip: int) -> Iterator[bytes]:
    """All chunks but the last hold CHUNK bytes: those before the wanted ones stay sealed."""
    number = 0
    first, offset = divmod(skip, CHUNK)
    while length := file.read(LENGTH):
        size = int.from_bytes(length, "big")
        if number < first:
            file.seek(size, SEEK_CUR)
        else:
            plain = sealer.open(file.read(size), content_place(response_id, number))
            yield plain[offset:] if number == first else plain
        number += 1
