"""The service's package, whose files become files of ours."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
from django.conf import settings

from jobs.processors import remote
from jobs.processors.base import Batch
from jobs.processors.content import Content, ContentWriter
from jobs.processors.names import FileNames
from jobs.processors.remote import FileFailed
from jobs.processors.scratch import Scratch
from jobs.processors.upstream.api import Api

PIECE = 256 * 1024
COUNTED = 4 * 1024 * 1024  # a file's rows are counted up to this size
THEIR_OWN = {"manifest.json", "index.html", "incomplete.txt"}  # beside the folders of products
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip


def fetch(api: Api, job_id: str, batch: Batch, writer: ContentWriter) -> Content:
    """FileFailed where the package cannot be had, or is none."""
    with Scratch(settings.PACKAGE_DIR) as scratch:
        api.content(job_id, scratch.pour)
        try:
            with zipfile.ZipFile(cast(BinaryIO, scratch)) as package:
                _unpack(package, batch, writer)
        except BROKEN:
            raise FileFailed("not-a-zip") from None
    return writer.finish()


def _unpack(package: zipfile.ZipFile, batch: Batch, writer: ContentWriter) -> None:
    files = list(_files(package))
    if len(files) > remote.MOST_FILES:
        raise FileFailed("too-many-files", retry=False)
    several = len({product for product, _name, _info in files}) > 1
    names, room = FileNames(), remote.MOST_CONTENT_BYTES
    for product, name, info in files:
        safe = names.safe(f"{product}.{name}" if several and product else name)
        with package.open(info) as source, writer.file(safe) as target:
            kept = bytearray()
            while piece := source.read(PIECE):  # its size is what it is, not what the ZIP says
                room -= len(piece)
                if room < 0:
                    raise FileFailed("too_large", retry=False)
                if batch.seconds_left() <= 0:
                    raise TimeoutError
                target.write(piece)
                if len(kept) <= COUNTED:
                    kept += piece
            if safe.endswith(".json") and len(kept) <= COUNTED:
                target.entry.records = _rows(bytes(kept))


def _files(package: zipfile.ZipFile) -> Iterator[tuple[str, str, zipfile.ZipInfo]]:
    """Product, name and entry of what products gave: a folder for the job, one for each product."""
    for info in package.infolist():
        if info.is_dir():
            continue
        *folders, name = info.filename.split("/")
        if len(folders) < 2 and name.lower() in THEIR_OWN:
            continue
        yield folders[-1] if len(folders) > 1 else "", name, info


def _rows(text: bytes) -> int:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0
    return len(found) if isinstance(found, list) else 1
