"""Where a product may be: never our own database, no address that the operator did not mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from jobs.processors.sql.dialects import BY_SCHEME, Dialect
from privacyportal.addresses import forbidden, listed, meant, public
from privacyportal.addresses import resolve as resolve_host

OUR_PORT = 5432


def parse(given: str) -> URL:
    """The URL with our driver for it; ValueError with a sentence when it is none."""
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise ValueError(_("This is not a connection URL.")) from None
    dialect = BY_SCHEME.get(url.drivername)
    return url.set(drivername=dialect.drivers[url.drivername]) if dialect else url


def dialect_of(url: URL) -> Dialect:
    """Of a URL that was judged."""
    return BY_SCHEME[url.drivername]


def port_of(url: URL) -> int:
    return url.port or dialect_of(url).port


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
    if (dialect := BY_SCHEME.get(url.drivername)) is None:
        return url, [_("Only postgresql://, mysql://, mariadb:// and sqlite:// are supported.")], []
    if not dialect.port:
        path = Path(url.database or "").resolve()
        return url.set(database=str(path)), list(_file_problems(url, path)), []
    found = list(_parameter_problems(url, dialect))
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


def _parameter_problems(url: URL, dialect: Dialect) -> Iterator[str]:
    for name in sorted(set(url.query) - dialect.parameters):
        yield _("The parameter %(name)s is not supported.") % {"name": name}
    for name in sorted(name for name, value in url.query.items() if not isinstance(value, str)):
        yield _("Give the parameter %(name)s once.") % {"name": name}
    yield from dialect.parameter_problems(url)


def _host_problems(url: URL, addresses: list[str]) -> Iterator[str]:
    if not 0 < port_of(url) < 65536:
        yield _("There is no such port.")
    if not all(_allowed(url, address) for address in addresses):
        yield _("This host is private: an operator must list it in PRODUCT_PRIVATE_HOSTS.")
    if _ours(url, addresses):
        yield _("This is the portal's own database.")


def resolve(url: URL) -> list[str]:
    assert url.host is not None
    return resolve_host(url.host, port_of(url))


def _allowed(url: URL, address: str) -> bool:
    ip = meant(address)
    if forbidden(ip):
        return False
    return public(ip) or listed(
        str(url.host), port_of(url), address, ip, settings.PRODUCT_PRIVATE_HOSTS
    )


def _ours(url: URL, addresses: list[str]) -> bool:
    """By name and place. Who comes by another way is recognized by its tables."""
    own = settings.DATABASES["default"]
    our_port = int(own.get("PORT") or OUR_PORT)
    if url.database != own["NAME"] or port_of(url) != our_port:
        return False
    theirs = {meant(address) for address in addresses}
    for host in (own.get("HOST") or "localhost").split(","):
        name = "localhost" if host.startswith("/") else host
        try:
            ours = {meant(address) for address in resolve(url.set(host=name))}
        except (OSError, ValueError):
            if host == url.host:
                return True
            continue
        loops = any(ip.is_loopback for ip in ours) and any(ip.is_loopback for ip in theirs)
        if loops or ours & theirs:
            return True
    return False
