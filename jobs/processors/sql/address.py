"""Where a product may be: never our own database, no address that the operator did not mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from privacyportal.addresses import forbidden, listed, meant, public
from privacyportal.addresses import resolve as resolve_host

DRIVERS = {"postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
PARAMETERS = {"sslmode", "sslrootcert", "connect_timeout", "application_name"}
PORT = 5432
LONGEST_WAIT = 30  # seconds for a connection
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
    return resolve_host(url.host, url.port or PORT)


def _allowed(url: URL, address: str) -> bool:
    ip = meant(address)
    if forbidden(ip):
        return False
    port = url.port or PORT
    return public(ip) or listed(str(url.host), port, address, ip, settings.PRODUCT_PRIVATE_HOSTS)


def _ours(url: URL, addresses: list[str]) -> bool:
    """By name and place. Who comes by another way is recognized by its tables (connect.py)."""
    own = settings.DATABASES["default"]
    if url.database != own["NAME"] or (url.port or PORT) != int(own.get("PORT") or PORT):
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
