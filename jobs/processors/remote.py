"""What the processors of remote systems share: calls through the one client, and what its failures
and the usual statuses mean for a product. No answer's own words are passed on: they may hold a
value."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.processors.base import Finding, Problem, ProductUnavailable
from jobs.rules import outcomes
from privacyportal import outbound

CALL_SECONDS = 60.0  # for one exchange; a batch's deadline may cut it shorter
MARGIN = 0.5  # seconds before the deadline, in which what was learnt is still told
MOST_BYTES = 32 * 1024 * 1024  # of an answer that is read as a whole
MOST_CONTENT_BYTES = 4 * 1024**3  # of what one person is given
MOST_FILES = 10_000
LONGEST_RETRY_AFTER = 6 * 3600.0
BUSY = {429, 503}
NOT_LET_IN = {401, 403}
WORD = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)

SENTENCES: Mapping[str, Any] = {
    "remote.refused": gettext_lazy("The address of %(host)s is not allowed."),
    "remote.unknown_host": gettext_lazy("The name %(host)s is not known."),
    "remote.unreachable": gettext_lazy("Nothing answers at %(host)s."),
    "remote.timeout": gettext_lazy("%(host)s did not answer in time."),
    "remote.tls": gettext_lazy("The certificate of %(host)s is not trusted, or not its own."),
    "remote.protocol": gettext_lazy("What %(host)s answers is no HTTP, or breaks off."),
    "remote.too_large": gettext_lazy("%(host)s answers with more than is taken."),
    "remote.busy": gettext_lazy("%(host)s asks us to come back later (status %(status)s)."),
    "remote.not_let_in": gettext_lazy(
        "%(host)s does not let us in (status %(status)s): the secret, or what it permits, is wrong."
    ),
    "remote.status": gettext_lazy("%(host)s answers with the status %(status)s."),
    "remote.not_json": gettext_lazy("What %(host)s answers is not the JSON that was expected."),
    "remote.sent_before": gettext_lazy(
        "An earlier try may have reached the system although its answer was lost. "
        "Nobody is found there now."
    ),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls one system, until a batch's deadline (time.monotonic())."""

    base: str
    deadline: float

    @property
    def host(self) -> str:
        return host_of(self.base)

    def url(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{path.lstrip('/')}"

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        into: Callable[[bytes], object] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> outbound.Answer:
        """An answer of any status, whole. ProductUnavailable where none came, TimeoutError where
        the batch's time is over: that is not the product's fault."""
        left = self.deadline - time.monotonic() - MARGIN
        if left <= 0:
            raise TimeoutError
        whole = bytearray()
        try:
            answer = outbound.call(
                method,
                url,
                headers=headers,
                body=body,
                # What is large takes its time, and only then.
                seconds=left if into else min(left, CALL_SECONDS),
                most_bytes=most_bytes,
                into=into or whole.extend,
                reach=outbound.to_products(),
            )
        except outbound.OutboundError as error:
            if error.kind == outbound.TIMEOUT and left < CALL_SECONDS and not into:
                raise TimeoutError from None
            raise unavailable(error.kind, url) from None
        if into is None and whole:
            return outbound.Answer(answer.status, bytes(whole), answer.headers)
        return answer


class FileFailed(Exception):
    """A file of one person could not be had; the product as a whole may be well."""

    def __init__(self, why: str, *, retry: bool = True) -> None:
        super().__init__(why)
        self.why, self.retry = why, retry


def download(
    caller: Caller,
    url: str,
    into: Callable[[bytes], object],
    *,
    headers: Mapping[str, str] | None = None,
    most_bytes: int = MOST_CONTENT_BYTES,
) -> outbound.Answer:
    """A 2xx answer, whose body went to `into`. FileFailed where it is this file that is missing,
    too large, too slow or broken off; ProductUnavailable where nobody answers at all."""
    taken = 0

    def take(piece: bytes) -> None:
        nonlocal taken
        taken += len(piece)
        into(piece)

    try:
        answer = caller.call("GET", url, headers=headers, into=take, most_bytes=most_bytes)
    except ProductUnavailable as error:
        kind = error.detail.removeprefix("remote.")
        if kind in (outbound.TOO_LARGE, outbound.REFUSED):
            raise FileFailed(kind, retry=False) from None
        if taken:
            raise FileFailed(kind) from None
        raise
    if 200 <= answer.status < 300:
        return answer
    if answer.status in BUSY or answer.status >= 500:
        judge(answer, url, ())
    raise FileFailed(f"status-{answer.status}")


def host_of(url: str) -> str:
    """Host and port, for sentences."""
    return urlsplit(url).netloc.rpartition("@")[2][:200]


def unavailable(kind: str, url: str, **more: Any) -> ProductUnavailable:
    return ProductUnavailable(f"remote.{kind}", {"host": host_of(url), **more})


def judge(answer: outbound.Answer, url: str, fine: Iterable[int]) -> None:
    """ProductUnavailable for every status that is not among those that the caller understands."""
    status = answer.status
    if status in fine:
        return
    told = {"host": host_of(url), "status": status}
    if status in BUSY:
        raise ProductUnavailable("remote.busy", told, retry_after=retry_after(answer))
    if status in NOT_LET_IN:
        raise ProductUnavailable("remote.not_let_in", told)
    raise ProductUnavailable("remote.status", told, retry_after=retry_after(answer))


def retry_after(answer: outbound.Answer) -> float | None:
    """Seconds that the system asks for: a number or a date (RFC 9110), capped."""
    given = answer.headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        seconds = float(given) if given.isdecimal() else _until(given)
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER)


def _until(date: str) -> float:
    return parsedate_to_datetime(date).timestamp() - time.time()


def decoded(answer: outbound.Answer, url: str, kind: Any) -> Any:
    """The body as a type of msgspec; ProductUnavailable where it is something else."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise unavailable("not_json", url) from None


def seconds_until_asked(given: Any, usual: float, *, least: float = 5.0) -> float:
    """When to ask again, whatever a product says."""
    if isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given):
        return min(max(float(given), least), 24 * 3600.0)
    return usual


def word(given: Any) -> str:
    """A product's own word for something, where it is one: a sentence may hold a value."""
    return given if isinstance(given, str) and WORD.fullmatch(given) else ""


# --- settings ----------------------------------------------------------------------------------


def unknown_keys(document: Mapping[str, Any], known: Iterable[str]) -> Iterator[Problem]:
    known = sorted(known)
    for key in document:
        if key not in known:
            yield Problem(str(key), _("Unknown. Known are: %s.") % ", ".join(known))


def url_problems(document: Mapping[str, Any], name: str) -> Iterator[Problem]:
    given = document.get(name)
    if not isinstance(given, str) or not given:
        yield Problem(name, _("Give the address, like https://privacy.example.org/."))
        return
    for sentence in outbound.problems(given, outbound.to_products()):
        yield Problem(name, sentence)
    if "?" in given:
        yield Problem(name, _("The address must not hold parameters (?…)."))


def text_problems(
    document: Mapping[str, Any], name: str, *, required: bool = True, longest: int = 5000
) -> Iterator[Problem]:
    """Texts go into headers and bodies: no control characters."""
    given = document.get(name)
    if given in (None, ""):
        if required:
            yield Problem(name, _("This is missing."))
    elif not isinstance(given, str):
        yield Problem(name, _("This must be text."))
    elif len(given) > longest or not given.isprintable():
        yield Problem(name, _("This is too long, or holds characters that cannot be sent."))


def header_problems(document: Mapping[str, Any], name: str) -> Iterator[Problem]:
    given = document.get(name)
    if isinstance(given, str) and not given.isascii():
        yield Problem(name, _("This is sent in a header: only ASCII characters can be."))


def number_problems(
    document: Mapping[str, Any], name: str, least: int, most: int
) -> Iterator[Problem]:
    given = document.get(name)
    if given is None:
        return
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        told = {"least": least, "most": most}
        yield Problem(name, _("Give a number from %(least)s to %(most)s.") % told)


def lines_problems(
    document: Mapping[str, Any], name: str, *, required: bool = False
) -> Iterator[Problem]:
    given = document.get(name)
    if given is None and not required:
        return
    if not isinstance(given, list) or (required and not given):
        yield Problem(name, _("Give a list of texts."))
        return
    for index, line in enumerate(given):
        if not isinstance(line, str) or not line or not line.isprintable():
            yield Problem(f"{name}[{index}]", _("This must be text."))


def told(error: ProductUnavailable, path: str = "url") -> Finding:
    """A product that does not answer, as a line of "Test connection"."""
    sentence = SENTENCES.get(error.detail)
    text = str(sentence) % error.params if sentence else outcomes.detail(error.detail, error.params)
    return Finding("error", text, path)
