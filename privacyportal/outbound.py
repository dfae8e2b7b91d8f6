"""The one HTTP client that leaves this house.

https only, the name resolved once and what was judged is what is connected to (TLS still verified
for the name), no redirects, no proxies of the environment, and a cap on the time and the size of
the whole exchange: who drips bytes is cut off like who says nothing."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillResolving
from dataclasses import dataclass, field
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
REFUSED, UNKNOWN_HOST, UNREACHABLE, TIMEOUT, TLS, PROTOCOL, TOO_LARGE = (
    "refused",
    "unknown_host",
    "unreachable",
    "timeout",
    "tls",
    "protocol",
    "too_large",
)
PASSING = frozenset({UNKNOWN_HOST, UNREACHABLE, TIMEOUT, TLS, PROTOCOL})


class OutboundError(Exception):
    """No answer; `kind` is one of the words above, and all that may be logged."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is cut at the caller's limit, and empty where it went elsewhere.
    `headers` have names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; `host` is in ASCII, without brackets."""

    url: httpx.URL
    host: str
    port: int

    @property
    def tls(self) -> bool:
        return self.url.scheme == "https"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a caller may go besides public places, as the operator listed it. Loopback counts as
    listed for products, as for their databases; for all others only a setting opens it."""

    hosts: Iterable[str]
    setting: str  # its name, for whoever must change it
    loopback: bool = False


def to_receivers() -> Reach:
    return Reach(settings.OUTBOUND_PRIVATE_HOSTS, "OUTBOUND_PRIVATE_HOSTS")


def to_products() -> Reach:
    return Reach(settings.PRODUCT_PRIVATE_HOSTS, "PRODUCT_PRIVATE_HOSTS", loopback=True)


def problems(given: str, reach: Reach | None = None) -> list[str]:
    """Sentences on what is wrong with a URL, without resolving a name."""
    reach = reach or to_receivers()
    target, found = _parsed(given)
    if target is not None and not found and _is_address(target.host):
        try:
            addresses(target, reach=reach)
        except OutboundError:
            told = _("This address is private: an operator must list it in %(setting)s.")
            found.append(told % {"setting": reach.setting})
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


def addresses(target: Target, seconds: float = 10.0, *, reach: Reach | None = None) -> list[str]:
    """Where the host is, IPv4 first; OutboundError where one of its places is not allowed."""
    reach = reach or to_receivers()
    try:
        found = _resolvers.submit(resolve, target.host, target.port).result(timeout=seconds)
    except StillResolving:
        raise OutboundError(TIMEOUT) from None
    except (OSError, ValueError):
        raise OutboundError(UNKNOWN_HOST) from None
    if not found or not all(_allowed(target, address, reach) for address in found):
        raise OutboundError(REFUSED)
    return sorted(found, key=lambda address: (":" in address, address))


def _allowed(target: Target, address: str, reach: Reach) -> bool:
    ip = meant(address)
    if forbidden(ip):
        return False
    if ip.is_loopback and not reach.loopback:
        return bool(settings.OUTBOUND_ALLOW_LOOPBACK)
    return public(ip) or listed(target.host, target.port, address, ip, reach.hosts)


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 10.0,
    most_bytes: int = 65_536,
    into: Callable[[bytes], object] | None = None,
    reach: Reach | None = None,
) -> Answer:
    """One request and its answer, `seconds` in all. OutboundError where none came. Blocks: never
    inside a transaction.

    `into` takes the body of a 2xx answer, piece by piece; more than `most_bytes` is TOO_LARGE then,
    and nothing that it took may be used unless this returns.
    """
    end = time.monotonic() + seconds
    target, wrong = _parsed(url)
    if target is None or wrong:
        raise OutboundError(REFUSED)
    places = addresses(target, seconds, reach=reach)
    exchange = _Exchange(method, target, headers or {}, body, most_bytes, into)
    try:
        return asyncio.run(exchange.run(places, end))
    except TimeoutError:
        raise OutboundError(TIMEOUT) from None


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What is asked, of the first of a host's addresses that is there."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    most_bytes: int
    into: Callable[[bytes], object] | None

    async def run(self, places: list[str], end: float) -> Answer:
        async with asyncio.timeout(end - time.monotonic()):
            *others, last = places[:TRIED_ADDRESSES]
            for place in others:
                try:
                    return await self._at(place)
                except httpx.ConnectError:
                    continue
                except httpx.HTTPError as error:
                    raise OutboundError(_kind(error)) from None
            try:
                return await self._at(last)
            except httpx.HTTPError as error:
                raise OutboundError(_kind(error)) from None

    async def _at(self, place: str) -> Answer:
        """The exchange with one address: the URL holds it, Host and TLS hold the name."""
        target = self.target
        sent = {
            "Host": target.url.netloc.decode("ascii"),
            "User-Agent": "privacy-portal",
            "Accept-Encoding": "identity",
            **self.headers,
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
                self.method,
                target.url.copy_with(host=place),
                headers=sent,
                content=self.body,
                extensions={"sni_hostname": target.host} if target.tls else {},
            ) as answer,
        ):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            if self.into is not None and answer.is_success:
                await self._pour(answer, self.into)
                return Answer(answer.status_code, b"", headers)
            return Answer(answer.status_code, await self._start(answer), headers)

    async def _pour(self, answer: httpx.Response, into: Callable[[bytes], object]) -> None:
        read = 0
        async for piece in answer.aiter_raw():
            read += len(piece)
            if read > self.most_bytes:
                raise OutboundError(TOO_LARGE)
            into(piece)

    async def _start(self, answer: httpx.Response) -> bytes:
        """The body as it was sent, up to a limit: what comes after it is not read."""
        read = bytearray()
        if not self.most_bytes:
            return b""
        async for piece in answer.aiter_raw():
            read += piece
            if len(read) >= self.most_bytes:
                break
        return bytes(read[: self.most_bytes])


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
