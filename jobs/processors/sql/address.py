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


def parse(given: str) -> URL:
    """The URL with our driver; ValueError with a sentence when it is none."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ValueError(_("This is not a connection URL.")) from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def problems(given: str) -> Iterator[str]:
    """Sentences on what is wrong with a URL; none of them holds a part of it that is secret."""
    try:
        url = parse(given)
    except ValueError as error:
        yield str(error)
        return
    if url.drivername == "sqlite":
        yield from _file_problems(url)
    elif url.drivername in DRIVERS:
        yield from _host_problems(url)
    else:
        yield _("Only postgresql:// and sqlite:// are supported.")


def _file_problems(url: URL) -> Iterator[str]:
    if url.query:
        yield _("A sqlite URL takes no parameters.")
    path = Path(url.database or "").resolve()
    folders = settings.PRODUCT_FILE_DIRS
    if not url.database or not any(path.is_relative_to(folder) for folder in folders):
        yield _("The file must lie below a folder of PRODUCT_FILE_DIRS.")
    elif not path.is_file():
        yield _("There is no such file.")


def _host_problems(url: URL) -> Iterator[str]:
    for name in set(url.query) - PARAMETERS:
        yield _("The parameter %(name)s is not supported.") % {"name": name}
    if not url.host or not url.database:
        yield _("Name the host and the database.")
        return
    try:
        addresses = resolve(url)
    except OSError:
        yield _("The host name is not known.")
        return
    if not all(_allowed(url, address) for address in addresses):
        yield _("This host is private: an operator must list it in PRODUCT_PRIVATE_HOSTS.")
    if _ours(url, addresses):
        yield _("This is the portal's own database.")


def resolve(url: URL) -> list[str]:
    assert url.host is not None
    found = socket.getaddrinfo(url.host, url.port or PORT, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def _allowed(url: URL, address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    if ip.is_global:
        return True
    names = {url.host, f"{url.host}:{url.port or PORT}", address, f"{address}:{url.port or PORT}"}
    return any(listed in names or _within(ip, listed) for listed in settings.PRODUCT_PRIVATE_HOSTS)


def _within(ip: ipaddress.IPv4Address | ipaddress.IPv6Address, listed: str) -> bool:
    try:
        return ip in ipaddress.ip_network(listed, strict=False)
    except ValueError:
        return False


def _ours(url: URL, addresses: list[str]) -> bool:
    own = settings.DATABASES["default"]
    if url.database != own["NAME"] or (url.port or PORT) != int(own.get("PORT") or PORT):
        return False
    host = own.get("HOST") or "localhost"
    if host.startswith("/"):
        host = "localhost"
    try:
        return bool(set(addresses) & set(resolve(url.set(host=host))))
    except OSError:
        return host == url.host
