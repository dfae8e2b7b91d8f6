"""From what a system says of a person to an outcome."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec

from jobs.processors import remote
from jobs.processors.base import Assignment, Batch, Outcome, Pending
from jobs.processors.content import Content, ContentWriter, OpenFile
from jobs.processors.http.protocol import Client, File, Said
from jobs.processors.http.signing import signed
from jobs.processors.names import FileNames
from jobs.processors.remote import FileFailed
from jobs.rules import outcomes
from jobs.rules.states import Action

CODES = {
    "done": outcomes.SUCCESS,
    "partial": outcomes.PARTIAL,
    "not_found": outcomes.NOT_FOUND,
    "unknown_namespace": outcomes.NAMESPACE_NOT_VALID,
}
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII | re.IGNORECASE)
PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*", re.ASCII)
NOTHING: Mapping[str, Any] = {}


def outcome(
    batch: Batch, client: Client, assignment: Assignment, said: Said, known: Collection[int]
) -> Outcome:
    """`known` are the positions of the identities that it was sent."""
    if said.status == "error":
        return failed(assignment, batch.action, said)
    code = CODES.get(said.status)
    if code is None:
        return _failure(assignment, batch.action, "http.not_understood", retry=True)
    content = None
    if batch.action == Action.ACCESS and code in (outcomes.SUCCESS, outcomes.PARTIAL):
        try:
            content = _content(batch, client, assignment, said.files)
        except FileFailed as error:
            told = {"why": error.why}
            return Outcome(
                assignment.id, outcomes.UPLOAD_FAILED, "http.file", told, retry=error.retry
            )
    detail, params = _kept(said)
    ignored = [p for p in said.ignored if p in known]
    return Outcome(
        assignment.id,
        code,
        detail,
        params,
        said.records or sum(file.records for file in content.files) if content else said.records,
        tuple(p for p in sorted(known) if p not in ignored),
        tuple(i.position for i in assignment.identities if i.position not in known)
        + tuple(sorted(ignored)),
        content,
    )


def _kept(said: Said) -> tuple[str, Mapping[str, Any]]:
    if not said.kept:
        return "", NOTHING
    return "http.kept", {"kept": said.kept, "reason": remote.word(said.reason) or "–"}


def failed(assignment: Assignment, action: str, said: Said) -> Outcome:
    if reason := remote.word(said.reason):
        told = {"reason": reason}
        return _failure(assignment, action, "http.failed_because", told, retry=said.retry)
    return _failure(assignment, action, "http.failed", retry=said.retry)


def _failure(
    assignment: Assignment,
    action: str,
    detail: str,
    params: Mapping[str, Any] = NOTHING,
    *,
    retry: bool,
) -> Outcome:
    code = outcomes.ACCESS_FAILED if action == Action.ACCESS else outcomes.JOB_FAILED
    return Outcome(assignment.id, code, detail, params, retry=retry)


def forgotten(assignment: Assignment, action: str) -> Outcome:
    return _failure(assignment, action, "http.forgotten", retry=False)


def pending(assignment: Assignment, said: Said, usual: float) -> Pending:
    wait = remote.seconds_until_asked(said.check_after, usual)
    return Pending(assignment.id, str(assignment.id), wait, "http.waits")


def _content(
    batch: Batch, client: Client, assignment: Assignment, files: Sequence[File]
) -> Content:
    if len(files) > remote.MOST_FILES:
        raise FileFailed("too-many-files", retry=False)
    writer, names = batch.content(assignment.id), FileNames()
    for file in files:
        _write(client, writer, names.safe(file.name), file)
    return writer.finish()


def _write(client: Client, writer: ContentWriter, name: str, file: File) -> None:
    with writer.file(name) as opened:
        if isinstance(file.content, msgspec.Raw):
            opened.write(bytes(file.content))
            opened.entry.records = _counted(file)
        else:
            _fetch(client, opened, file)
            opened.entry.records = file.records or 0


def _counted(file: File) -> int:
    if file.records is not None:
        return file.records
    content = msgspec.json.decode(file.content)  # type: ignore[arg-type]
    return len(content) if isinstance(content, list) else 1


def _fetch(client: Client, opened: OpenFile, file: File) -> None:
    """A file is what its digest says, which stands in a signed answer."""
    if not DIGEST.fullmatch(file.sha256):
        raise FileFailed("no-sha256", retry=False)
    if digest_of(client, file.path, opened.write) != file.sha256.lower():
        raise FileFailed("wrong-sha256")


def digest_of(client: Client, path: str, write: Callable[[bytes], object] = len) -> str:
    """Downloads a file; only from below the system's own address."""
    if not PATH.fullmatch(path) or {".", ".."} & set(unquote(path).split("/")):
        raise FileFailed("bad-path", retry=False)
    digest = hashlib.sha256()

    def take(piece: bytes) -> None:
        digest.update(piece)
        write(piece)

    headers = signed(client.secrets, path, b"")
    remote.download(client.caller, client.caller.url(path), take, headers=headers)
    return digest.hexdigest()
