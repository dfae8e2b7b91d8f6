"""Where a product may be: never our own database, no address that the operator did not mean."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {"postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
PARAMETERS = {"sslmode", "sslrootcert", "connect_timeout", "application_name"}
PORT = 5432
LONGEST_WAIT = 30  # seconds for a connection
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds tell machines their secrets; the link-local ones are refused with all link-local.
METADATA = {
    ipaddress.ip_address(known) for known in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")
}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
OLD_V4 = ipaddress.ip_network("::/96")
# Tables that together only a portal has, whatever name, pooler or copy one comes by.
OUR_TABLES = ("audit_auditevent", "jobs_productresponse", "keys_datakey")


def parse(given: str) -> URL:
    """The URL with our driver; ValueError with a sentence when it is none."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ValueError(_("This is not a connection URL.")) from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def problems(given: str) -> list[str]:
    """Sentences on what is wrong with a URL; none of them holds a part of it that is secret."""
    return judged(given)[1]


def judged(given: str) -> tuple[URL | None, list[str], list[str]]:
    """The URL, its problems, and the addresses that were judged: nobody may resolve the name once
    more, it might lead elsewhere by then. A file's URL has its real path."""
    try:
        url = parse(given)
    except ValueError as error:
        return None, [str(error)], []
    if url.drivername == "sqlite":
        path = Path(url.database or "").resolve()
        return url.set(database=str(path)), list(_file_problems(url, path)), []
    if url.drivername not in DRIVERS:
        return url, [_("Only postgresql:// and sqlite:// are supported.")], []
    found = list(_parameter_problems(url))
    if not url.host or not url.database:
        return url, [*found, _("Name the host and the database.")], []
    try:
        addresses = resolve(url)
    except (OSError, ValueError):
        return url, [*found, _("The host name is not known.")], []
    return url, [*found, *_host_problems(url, addresses)], addresses


def _file_problems(url: URL, path: Path) -> Iterator[str]:
    if url.query or url.host:
        yield _("A sqlite URL takes no host and no parameters: sqlite:////folder/file.")
    folders = settings.PRODUCT_FILE_DIRS
    if not url.database or not any(path.is_relative_to(folder) for folder in folders):
        yield _("The file must lie below a folder of PRODUCT_FILE_DIRS.")
    elif not path.is_file():
        yield _("There is no such file.")


def _parameter_problems(url: URL) -> Iterator[str]:
    for name in sorted(set(url.query) - PARAMETERS):
        yield _("The parameter %(name)s is not supported.") % {"name": name}
    for name in sorted(name for name, value in url.query.items() if not isinstance(value, str)):
        yield _("Give the parameter %(name)s once.") % {"name": name}
    wait = url.query.get("connect_timeout", "10")
    if isinstance(wait, str) and not (wait.isdecimal() and 0 < int(wait) <= LONGEST_WAIT):
        yield _("connect_timeout is at most %(longest)s seconds.") % {"longest": LONGEST_WAIT}


def _host_problems(url: URL, addresses: list[str]) -> Iterator[str]:
    if not 0 < (url.port or PORT) < 65536:
        yield _("There is no such port.")
    if not all(_allowed(url, address) for address in addresses):
        yield _("This host is private: an operator must list it in PRODUCT_PRIVATE_HOSTS.")
    if _ours(url, addresses):
        yield _("This is the portal's own database.")


def resolve(url: URL) -> list[str]:
    assert url.host is not None
    found = socket.getaddrinfo(url.host, url.port or PORT, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def _meant(address: str) -> IP:
    """The address that a packet ends at: IPv4 may be wrapped in IPv6 in several ways."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    teredo = ip.teredo[1] if ip.teredo else None
    if wrapped := ip.ipv4_mapped or ip.sixtofour or teredo:
        return wrapped
    if ip in NAT64 or (ip in OLD_V4 and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _allowed(url: URL, address: str) -> bool:
    ip = _meant(address)
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in METADATA:
        return False
    if ip.is_global and not getattr(ip, "is_site_local", False):
        return True
    names = {str(url.host).lower(), address, str(ip)}
    names |= {f"{name}:{url.port or PORT}" for name in names}
    return any(
        listed.lower() in names or _within(ip, listed) for listed in settings.PRODUCT_PRIVATE_HOSTS
    )


def _within(ip: IP, listed: str) -> bool:
    try:
        return ip in ipaddress.ip_network(listed, strict=False)
    except ValueError:
        return False


def _ours(url: URL, addresses: list[str]) -> bool:
    """By name and place. Who comes by another way is recognized by its tables (connect.py)."""
    own = settings.DATABASES["default"]
    if url.database != own["NAME"] or (url.port or PORT) != int(own.get("PORT") or PORT):
        return False
    theirs = {_meant(address) for address in addresses}
    for host in (own.get("HOST") or "localhost").split(","):
        name = "localhost" if host.startswith("/") else host
        try:
            ours = {_meant(address) for address in resolve(url.set(host=name))}
        except (OSError, ValueError):
            if host == url.host:
                return True
            continue
        loops = any(ip.is_loopback for ip in ours) and any(ip.is_loopback for ip in theirs)
        if loops or ours & theirs:
            return True
    return False
