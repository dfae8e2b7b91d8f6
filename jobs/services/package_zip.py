"""A package as a ZIP (contract §6): a folder for the job, in it one per product, a manifest, and a
page for a person to read."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from stream_zip import NO_COMPRESSION_32, ZIP_AUTO, stream_zip

from jobs.models import Identity, Job
from jobs.rules import outcomes
from jobs.services.package_page import Page, render
from jobs.services.package_parts import Package, Part, open_body, safe_names

FILE = stat.S_IFREG | 0o644
FOLDER = stat.S_IFDIR | 0o755

INCOMPLETE = "INCOMPLETE.txt"
RESERVED = ("manifest.json", "index.html", INCOMPLETE.lower())
Member = tuple[str, datetime, int, Any, Iterable[bytes]]


def zipped(package: Package) -> Iterator[bytes]:
    """The bytes of the ZIP; its page is in the language that was active at the call."""
    members = _members(package, translation.get_language() or "en")
    pieces: Iterator[bytes] = iter(stream_zip(members, get_compressobj=_compressor))
    return pieces


def _compressor() -> Any:
    return zlib.compressobj(wbits=-zlib.MAX_WBITS, level=6)


def _members(package: Package, language: str) -> Iterator[Member]:
    job = package.job
    at, root = job.closed_at or job.modified_at, str(job.public_id)
    folders = safe_names([part.response.product_code for part in package.parts], taken=RESERVED)
    parts = list(zip(folders, package.parts, strict=True))
    page = Page()
    yield _folder(f"{root}/", at)
    for folder, part in parts:
        yield _folder(f"{root}/{folder}/", at)
        for name, size, chunks in files_of(part, page.keeper(folder)):
            yield f"{root}/{folder}/{name}", at, FILE, ZIP_AUTO(size), chunks
    manifest = msgspec.json.format(msgspec.json.encode(_manifest(package, parts)), indent=2)
    yield f"{root}/manifest.json", at, FILE, ZIP_AUTO(len(manifest)), (manifest,)
    with translation.override(language):
        html = render(package, parts, page).encode()
    yield f"{root}/index.html", at, FILE, ZIP_AUTO(len(html)), (html,)
    if package.missing:
        with translation.override(language):
            note = _incomplete(package).encode()
        yield f"{root}/{INCOMPLETE}", at, FILE, ZIP_AUTO(len(note)), (note,)


def _incomplete(package: Package) -> str:
    """What a person reads who opens the folder: which products are missing, and why."""
    lines = [
        _("This package is incomplete: one or more products gave no data."),
        _("Do not answer with it as if it were everything that is held."),
        "",
        _("Missing:"),
    ]
    for part in package.missing:
        response = part.response
        why = outcomes.detail(response.outcome_detail, response.outcome_params)
        lines.append(f"- {part.name}: {why or outcomes.message(response.outcome_code)}")
    return "\n".join([*lines, ""])


def _namespaces(job: Job) -> list[str]:
    found = Identity.objects.filter(request_subject_id=job.request_subject_id)
    return list(found.order_by("position").values_list("namespace_given", flat=True))


def _folder(name: str, at: datetime) -> Member:
    return name, at, FOLDER, NO_COMPRESSION_32(0, 0), ()


def files_of(
    part: Part, keep: Callable[[str, int], Callable[[bytes], None]]
) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    """Cuts a content's body into its files, in order; each must be read before the next."""
    if part.content is None:
        return
    body = _Body(open_body(part.content))
    for name, size, _digest in part.files:
        yield name, size, body.take(size, keep(name, size))


class _Body:
    """The pieces of a body, handed out by size."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def take(self, size: int, keep: Callable[[bytes], None]) -> Iterator[bytes]:
        while size:
            if not self._rest:
                self._rest = memoryview(next(self._pieces))
            piece = bytes(self._rest[:size])
            self._rest = self._rest[size:]
            size -= len(piece)
            keep(piece)
            yield piece


def _manifest(package: Package, parts: list[tuple[str, Part]]) -> dict[str, Any]:
    job = package.job
    return {
        "job": str(job.public_id),
        "requestId": job.request.request_id,
        "action": job.action,
        "regulation": job.request.regulation_given,
        "completed": job.closed_at,
        **({"incomplete": True} if package.missing else {}),
        "identities": [{"namespace": namespace} for namespace in _namespaces(job)],
        "products": [_manifest_product(folder, part) for folder, part in parts],
    }


def _manifest_product(folder: str, part: Part) -> dict[str, Any]:
    return {
        "code": part.response.product_code,
        "name": part.name,
        "outcome": f"PRVCY-{part.response.outcome_code}",
        "records": part.response.records_found,
        "files": [
            {"name": f"{folder}/{name}", "size": size, "sha256": digest}
            for name, size, digest in part.files
        ],
    }
