"""The one HTTP client that leaves this house.

https only, the name resolved once and what was judged is what is connected to (TLS still verified
for the name), no redirects, no proxies of the environment, and a cap on the time and the size of
the whole exchange: who drips bytes is cut off like who says nothing."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillResolving
from dataclasses import dataclass
from functools import lru_cache

import certifi
import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from privacyportal.addresses import forbidden, listed, meant, public, resolve

LONGEST_URL = 2000
TRIED_ADDRESSES = 3
HOST = re.compile(r"[A-Za-z0-9._:-]+")
PORTS = {"https": 443, "http": 80}
# Names are resolved by the C library, which nobody can interrupt.
_resolvers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")

# Why nothing was answered. What may pass is tried again by whoever called.
REFUSED, UNKNOWN_HOST, UNREACHABLE, TIMEOUT, TLS, PROTOCOL = (
    "refused",
    "unknown_host",
    "unreachable",
    "timeout",
    "tls",
    "protocol",
)
PASSING = frozenset({UNKNOWN_HOST, UNREACHABLE, TIMEOUT, TLS, PROTOCOL})


class OutboundError(Exception):
    """No answer; `kind` is one of the words above, and all that may be logged."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is cut at the caller's limit."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; `host` is in ASCII, without brackets."""

    url: httpx.URL
    host: str
    port: int

    @property
    def tls(self) -> bool:
        return self.url.scheme == "https"


def problems(given: str) -> list[str]:
    """Sentences on what is wrong with a URL, without resolving a name."""
    target, found = _parsed(given)
    if target is not None and not found and _is_address(target.host):
        try:
            addresses(target)
        except OutboundError:
            found.append(
                _("This address is private: an operator must list it in OUTBOUND_PRIVATE_HOSTS.")
            )
    return found


def _parsed(given: str) -> tuple[Target | None, list[str]]:
    if len(given) > LONGEST_URL:
        return None, [_("The address is longer than %(n)s characters.") % {"n": LONGEST_URL}]
    try:
        url = httpx.URL(given)
        host = url.raw_host.decode("ascii").strip("[]").rstrip(".")
        port = PORTS.get(url.scheme, 1) if url.port is None else url.port
        sound = not host or (HOST.fullmatch(host) and 0 < port < 65536)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        sound = False
    if not sound:
        return None, [_("This is not a web address.")]
    schemes = ("https", "http") if settings.OUTBOUND_ALLOW_HTTP else ("https",)
    if url.scheme not in schemes or not host:
        return None, [_("The address must begin with %(scheme)s://.") % {"scheme": schemes[0]}]
    found = []
    if url.userinfo:
        found.append(_("The address must not hold a user or a password."))
    if url.fragment:
        found.append(_("The address must not hold a fragment (#…)."))
    return Target(url, host, port), found


def _is_address(host: str) -> bool:
    try:
        meant(host)
    except ValueError:
        return False
    return True


def addresses(target: Target, seconds: float = 10.0) -> list[str]:
    """Where the host is, IPv4 first; OutboundError where one of its places is not allowed."""
    try:
        found = _resolvers.submit(resolve, target.host, target.port).result(timeout=seconds)
    except StillResolving:
        raise OutboundError(TIMEOUT) from None
    except (OSError, ValueError):
        raise OutboundError(UNKNOWN_HOST) from None
    if not found or not all(_allowed(target, address) for address in found):
        raise OutboundError(REFUSED)
    return sorted(found, key=lambda address: (":" in address, address))


def _allowed(target: Target, address: str) -> bool:
    ip = meant(address)
    if forbidden(ip):
        return False
    if ip.is_loopback:
        return bool(settings.OUTBOUND_ALLOW_LOOPBACK)
    known = settings.OUTBOUND_PRIVATE_HOSTS
    return public(ip) or listed(target.host, target.port, address, ip, known)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 10.0,
    most_bytes: int = 65_536,
) -> Answer:
    """One request and its answer, `seconds` in all. OutboundError where none came. Blocks: never
    inside a transaction."""
    end = time.monotonic() + seconds
    target, wrong = _parsed(url)
    if target is None or wrong:
        raise OutboundError(REFUSED)
    places = addresses(target, seconds)
    exchange = _exchange(method, target, places, headers or {}, body, end, most_bytes)
    try:
        return asyncio.run(exchange)
    except TimeoutError:
        raise OutboundError(TIMEOUT) from None


async def _exchange(
    method: str,
    target: Target,
    places: list[str],
    headers: Mapping[str, str],
    body: bytes | None,
    end: float,
    most_bytes: int,
) -> Answer:
    async with asyncio.timeout(end - time.monotonic()):
        *others, last = places[:TRIED_ADDRESSES]
        for place in others:
            try:
                return await _at(place, method, target, headers, body, most_bytes)
            except httpx.ConnectError:
                continue
            except httpx.HTTPError as error:
                raise OutboundError(_kind(error)) from None
        try:
            return await _at(last, method, target, headers, body, most_bytes)
        except httpx.HTTPError as error:
            raise OutboundError(_kind(error)) from None


async def _at(
    place: str,
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes | None,
    most_bytes: int,
) -> Answer:
    """The exchange with one address: the URL holds it, Host and TLS hold the name."""
    sent = {
        "Host": target.url.netloc.decode("ascii"),
        "User-Agent": "privacy-portal",
        "Accept-Encoding": "identity",
        **headers,
    }
    transport = httpx.AsyncHTTPTransport(verify=_context(), trust_env=False, retries=0)
    async with (
        httpx.AsyncClient(  # its time is limited as a whole, by the caller
            transport=transport,
            timeout=httpx.Timeout(None),
            follow_redirects=False,
            trust_env=False,
        ) as client,
        client.stream(
            method,
            target.url.copy_with(host=place),
            headers=sent,
            content=body,
            extensions={"sni_hostname": target.host} if target.tls else {},
        ) as answer,
    ):
        return Answer(answer.status_code, await _start(answer, most_bytes))


async def _start(answer: httpx.Response, most_bytes: int) -> bytes:
    """The body as it was sent, up to a limit: what comes after it is not read."""
    read = bytearray()
    if not most_bytes:
        return b""
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) >= most_bytes:
            break
    return bytes(read[:most_bytes])


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """The usual authorities, and the operator's own."""
    context = ssl.create_default_context(cafile=certifi.where())
    if settings.OUTBOUND_CA_FILE:
        context.load_verify_locations(cafile=settings.OUTBOUND_CA_FILE)
    return context


def _kind(error: httpx.HTTPError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return TLS
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return TIMEOUT
    return UNREACHABLE if isinstance(error, httpx.NetworkError) else PROTOCOL
