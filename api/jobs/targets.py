"""Where a webhook may go: never to this machine or the network it stands in, whatever a name resolves to.

The name is resolved, every address is checked, and the connection goes to a checked address: a name server that says
something else the second time is not asked a second time.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

NETWORKS = "SCAMJOB_WEBHOOK_NETWORKS"
"""Networks of the operator's own that webhooks may go to all the same, also by http: `10.1.0.0/16,127.0.0.1/32`."""
LONGEST = 2_000
SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "::/96", "64:ff9b:1::/48", "2001::/23", "fec0::/10"),
    )
)
"""Not everybody's either; versions of Python differ over them."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_URL = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class BadTarget(Exception):  # noqa: N818  # it says what is the case
    """No webhook goes there; the message says why, without repeating the address."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place as its URL names it."""

    tls: bool
    host: str
    port: int
    path: str
    """With the query."""


def target_of(url: str) -> Target:
    """The place, without asking a name server. BadTarget when nothing may ever be sent there."""
    if len(url) > LONGEST or not _URL.fullmatch(url):
        raise BadTarget("must be an https:// address of ASCII characters, at most 2,000 of them")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadTarget("is not a URL") from None
    if not host or "%" in host or "\\" in parts.netloc or "@" in parts.netloc or parts.fragment:
        raise BadTarget("must have a host, and neither user, password nor fragment")
    tls = parts.scheme == "https"
    target = Target(
        tls, host, port or (443 if tls else 80), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    )
    literal = numeric(target.host, target.port)
    if literal:
        checked(target, literal)
    elif not tls and not networks():
        raise BadTarget("must begin with https://")
    return target


def networks() -> tuple[Network, ...]:
    """What the operator allows besides the public network. BadTarget when the setting is wrong."""
    try:
        return tuple(
            ipaddress.ip_network(one.strip()) for one in os.environ.get(NETWORKS, "").split(",") if one.strip()
        )
    except ValueError:
        raise BadTarget(f"cannot be checked: {NETWORKS} is not a list of networks") from None


def numeric(host: str, port: int) -> Sequence[str]:
    """The address that a host is written as, in any way the system reads (2130706433, 0177.1); none for a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return ()
    return [str(one[4][0]) for one in found]


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name. BadTarget when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadTarget("its host name has no address") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def addresses(target: Target, ask: Resolve = resolve) -> Sequence[str]:
    """Where to connect to: every address of the host, all of them checked. BadTarget when one is not allowed."""
    return checked(target, ask(target.host, target.port))


def checked(target: Target, found: Sequence[str]) -> Sequence[str]:
    """The addresses, unless one of them is internal, or plain http would leave the operator's own networks."""
    allowed = networks()
    for one in found:
        own = any(address in network for address in meant(one) for network in allowed)
        if not own and not all(is_public(address) for address in meant(one)):
            raise BadTarget("leads to an internal address")
        if not own and not target.tls:
            raise BadTarget("must begin with https://")
    return found


def is_public(address: Address) -> bool:
    """Whether it belongs to the network that everybody shares."""
    return (
        address.is_global
        and not any(address in network for network in SPECIAL)
        and not (address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback)
    )


def meant(text: str) -> tuple[Address, ...]:
    """The address, and the IPv4 address inside an IPv6 one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    inside = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return (address, *(one for one in inside if one))
