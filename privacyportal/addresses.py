"""Where an address leads: names resolved once, IPv4 in its IPv6 wrappings, places that are private.

Who may go where is decided by the callers: products (jobs.processors.sql) and outbound HTTP."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# Where clouds tell machines their secrets; the link-local ones are refused with all link-local.
METADATA = {
    ipaddress.ip_address(known)
    for known in (
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
OLD_V4 = ipaddress.ip_network("::/96")
TRANSLATED = ipaddress.ip_network("::ffff:0:0:0/96")  # as translators write IPv4
# Where IPv4 stands in it is the local network's to say; of the other one nothing is public.
NOT_PUBLIC = [ipaddress.ip_network(known) for known in ("64:ff9b:1::/48", "192.0.0.0/24")]


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, or of an address however it is spelled. OSError or ValueError where
    there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return sorted({str(entry[4][0]) for entry in found})


def meant(address: str) -> IP:
    """The address that a packet ends at: IPv4 may be wrapped in IPv6 in several ways."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    teredo = ip.teredo[1] if ip.teredo else None
    if wrapped := ip.ipv4_mapped or ip.sixtofour or teredo:
        return wrapped
    if ip in NAT64 or ip in TRANSLATED or (ip in OLD_V4 and int(ip) > 1):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def forbidden(ip: IP) -> bool:
    """Nobody may be sent there, whatever the operator lists."""
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in METADATA


def public(ip: IP) -> bool:
    local = getattr(ip, "is_site_local", False) or any(ip in network for network in NOT_PUBLIC)
    return ip.is_global and not local


def listed(host: str, port: int, address: str, ip: IP, known: Iterable[str]) -> bool:
    """Whether the operator lists this place: by host, host:port or network (CIDR)."""
    names = {host.lower(), address, str(ip)}
    names |= {f"{name}:{port}" for name in names}
    return any(entry.lower() in names or within(ip, entry) for entry in known)


def within(ip: IP, network: str) -> bool:
    try:
        return ip in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
