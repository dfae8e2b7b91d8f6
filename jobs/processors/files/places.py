"""Where files are: a folder of this machine, or a bucket. What is outside of it is out of reach."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import islice, takewhile
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import fsspec
from django.conf import settings
from django.utils.translation import gettext as _
from fsspec.utils import glob_translate

from jobs.processors.base import ProductUnavailable
from privacyportal.addresses import forbidden, listed, meant, public, resolve

# Schemes of buckets: the package that speaks to them, and how it takes what the settings say.
BUCKETS: Mapping[str, tuple[str, Any]] = {
    "s3": ("s3fs", lambda key, secret, at: {"key": key, "secret": secret, "endpoint_url": at}),
    "gs": ("gcsfs", lambda key, secret, at: {"project": key, "token": secret}),
    "abfs": ("adlfs", lambda key, secret, at: {"account_name": key, "account_key": secret}),
}
PART = ".portal-part"  # ends the names of files that are being written
SPECIAL = re.compile(r"[*?\[\]]")  # of patterns
LONGEST_WAY = 50  # folders one in the other
VERSION = (
    "size", "mtime", "ino", "ETag", "etag", "generation", "LastModified", "last_modified",
    "created",
)  # fmt: skip


def problems(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys and sentences on what is wrong with the place that settings name."""
    url = given["url"]
    scheme = _scheme(url)
    if "::" in url or scheme not in ("file", *BUCKETS):
        known = ", ".join(f"{name}://" for name in BUCKETS)
        yield "url", _("Give a folder of this machine, or a bucket (%s).") % known
    elif scheme == "file":
        if not _allowed(folder := _folder(url)):
            yield "url", _("The folder must lie below a folder of PRODUCT_FILE_DIRS.")
        elif not folder.is_dir():
            yield "url", _("There is no such folder.")
        elif SPECIAL.search(str(folder)):
            yield "url", _("The folder's name must not hold any of * ? [ ].")
    else:
        yield from _bucket_problems(given, scheme)


def _bucket_problems(given: Mapping[str, Any], scheme: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(given["url"])
    if not parts.netloc or "@" in parts.netloc or parts.query:
        yield "url", _("Name the bucket alone, like %s://bucket/folder.") % scheme
    if find_spec(package := BUCKETS[scheme][0]) is None:
        yield "url", _("This installation lacks the package %s.") % package
    if not given.get("secret"):  # nor may the package look for the operator's
        yield "secret", _("Give the secret that opens the bucket.")
    if given.get("endpoint") and not _reachable(given["endpoint"]):
        yield (
            "endpoint",
            _("Give an https:// address; a private one must be listed in PRODUCT_PRIVATE_HOSTS."),
        )


def _scheme(url: str) -> str:
    return urlsplit(url).scheme.lower() if "://" in url else "file"


def _folder(url: str) -> Path:
    return Path(url.removeprefix("file://")).resolve()


def _allowed(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in settings.PRODUCT_FILE_DIRS)


def _reachable(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    known = settings.PRODUCT_PRIVATE_HOSTS
    try:
        host, port = str(parts.hostname or ""), parts.port or 443
        addresses = resolve(host, port) if host else []
    except (OSError, ValueError):
        return False
    ours = [listed(host, port, address, meant(address), known) for address in addresses]
    if parts.scheme != "https" and not (ours and all(ours)):
        return False
    return bool(addresses) and all(
        not forbidden(meant(address)) and (public(meant(address)) or mine)
        for address, mine in zip(addresses, ours, strict=True)
    )


def place(given: Mapping[str, Any]) -> Place:
    """Judged again at every start."""
    if any(True for _problem in problems(given)):
        raise ProductUnavailable("files.address")
    if (scheme := _scheme(given["url"])) == "file":
        return Folder(_folder(given["url"]))
    _package, options = BUCKETS[scheme]
    chosen = options(given.get("key"), given.get("secret"), given.get("endpoint") or None)
    system = fsspec.filesystem(scheme, **{k: v for k, v in chosen.items() if v is not None})
    parts = urlsplit(given["url"])
    return Place(system, f"{parts.netloc}{parts.path}".rstrip("/"))


class Place:
    """A bucket: an object is replaced as a whole, when its successor has arrived."""

    def __init__(self, system: Any, root: str) -> None:
        self.system, self.root = system, root

    def files(self, pattern: str) -> list[str]:
        """Full names, in order; hidden ones are nobody's. A folder that cannot be listed is an
        error: fsspec's own patterns would pass over what is in it."""
        self.system.invalidate_cache()
        fixed = [*takewhile(lambda part: not SPECIAL.search(part), PurePosixPath(pattern).parts)]
        depth = LONGEST_WAY if "**" in pattern else len(PurePosixPath(pattern).parts)
        start = "/".join([self.root, *fixed[: depth - 1]])
        matches = re.compile(glob_translate(pattern)).match
        try:
            found = list(self._below(start, depth - len(fixed[: depth - 1])))
        except FileNotFoundError:
            return []
        except OSError:
            raise ProductUnavailable("files.permission", {"name": pattern}) from None
        return self._sound(sorted(name for name in found if matches(self.shown(name))))

    def some(self, most: int) -> list[str]:
        """At most so many files, whatever they are called."""
        try:
            return self._sound(sorted(islice(self._below(self.root, LONGEST_WAY), most)))
        except OSError:
            raise ProductUnavailable("files.permission", {"name": "**"}) from None

    def _sound(self, names: list[str]) -> list[str]:
        """Those that are files indeed."""
        return names

    def _below(self, folder: str, depth: int) -> Iterator[str]:
        for info in self.system.ls(folder, detail=True):
            name = info["name"].rstrip("/")
            if name == folder.rstrip("/") or name.rpartition("/")[2].startswith("."):
                continue
            if info["type"] != "directory":
                yield name
            elif depth > 1:
                yield from self._below(name, depth - 1)

    def shown(self, name: str) -> str:
        """A name below the root, as people know it."""
        return str(PurePosixPath(name).relative_to(self.root))

    def version(self, name: str) -> tuple[Any, ...]:
        """Differs once somebody has changed a file."""
        self.system.invalidate_cache()
        info = self.system.info(name)
        return tuple(str(info.get(key)) for key in VERSION)

    def open(self, name: str) -> BinaryIO:
        return cast(BinaryIO, self.system.open(name, "rb"))

    @contextmanager
    def successor(self, name: str) -> Iterator[Path]:
        """The path of what is to replace a file; gone afterwards, unless it has."""
        handle, path = tempfile.mkstemp(suffix=PART)
        os.close(handle)
        try:
            yield Path(path)
        finally:
            Path(path).unlink(missing_ok=True)

    def replace(self, name: str, successor: Path) -> None:
        self.system.put_file(str(successor), name)

    def unwritable(self) -> bool:
        """As far as can be told without writing."""
        return False


class Folder(Place):
    """A folder: a file is replaced by a rename, so that there is the old or the new one."""

    def __init__(self, root: Path) -> None:
        super().__init__(fsspec.filesystem("file"), str(root))

    def _sound(self, names: list[str]) -> list[str]:
        found = [name for name in names if Path(name).is_file()]
        for name in found:
            if not Path(name).resolve().is_relative_to(self.root):
                raise ProductUnavailable("files.outside", {"name": self.shown(name)})
        return found

    def version(self, name: str) -> tuple[Any, ...]:
        found = os.stat(name)
        return found.st_size, found.st_mtime_ns, found.st_ino

    def open(self, name: str) -> BinaryIO:
        return open(name, "rb")

    @contextmanager
    def successor(self, name: str) -> Iterator[Path]:
        """Beside the file; one that was left behind by a crash goes now."""
        target = Path(name).resolve()
        for left in target.parent.glob(f".{target.name}.*{PART}"):
            left.unlink(missing_ok=True)
        handle, path = tempfile.mkstemp(prefix=f".{target.name}.", suffix=PART, dir=target.parent)
        os.close(handle)
        try:
            shutil.copymode(target, path)
            with suppress(PermissionError):
                found = target.stat()
                os.chown(path, found.st_uid, found.st_gid)
            yield Path(path)
        finally:
            Path(path).unlink(missing_ok=True)

    def replace(self, name: str, successor: Path) -> None:
        target = Path(name).resolve()
        successor.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def unwritable(self) -> bool:
        return not os.access(self.root, os.W_OK | os.X_OK)
