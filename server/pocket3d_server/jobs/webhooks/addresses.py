"""Which addresses webhooks may lead to, so that nobody makes the server knock on doors of its own network.

A name is resolved once, each address it has is checked, and the connection goes to one of these very addresses:
a name that points elsewhere a moment later (DNS rebinding) changes nothing. This happens at every delivery.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

SET_ASIDE = [
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocols
        "192.88.99.0/24",  # relays of 6to4, given up with RFC 7526
        "64:ff9b:1::/48",  # NAT64 of one's own network
        "3fff::/20",  # documentation
    )
]
"""Not to be called though some versions of Python hold them for global."""
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class AddressError(Exception):
    """A URL cannot be used; the message says why, ``suggestion`` what to do."""

    def __init__(self, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.suggestion = suggestion


def check_url(url: str) -> None:
    """Raises AddressError unless a text is an http or https URL as it goes over the wire, without credentials."""
    if not re.fullmatch("[!-~]+", url):
        raise AddressError(
            "It has characters that do not belong into a URL.",
            "Percent-encode them, e.g. %20 for a space; write a host's name in its xn-- form.",
        )
    try:
        parts = urlsplit(url)
        known = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise AddressError("It is no http or https URL.", "Send e.g. https://example.com/webhooks.")
    if parts.username is not None or parts.password is not None:
        raise AddressError(
            "It bears a user name or password.",
            "Leave them out: the signature proves who sends. A token may be part of the path.",
        )


def resolve(url: str, *, allow_private: bool) -> list[str]:
    """The IP addresses that a URL's host has now. Raises AddressError when there is none, or when one of them
    is not on the public internet and private ones are not allowed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressError(
            f"The host {host!r} cannot be found.", "Check the spelling of url, or try again later."
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private and not all(is_public(address) for address in addresses):
        raise AddressError(
            f"The host {host!r} is not on the public internet.",
            "Use an address that can be reached from outside, or ask the server's operator to set "
            "POCKET3D_WEBHOOK_ALLOW_PRIVATE=true.",
        )
    return addresses


def is_public(address: str) -> bool:
    """Whether an address is one machine on the public internet: not private, loopback, link-local, shared
    (carrier-grade NAT), multicast or reserved, also not behind an IPv6 address that stands for an IPv4 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, IPv6Address):
        if inner := _inner(ip):
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    if any(ip in network for network in SET_ASIDE):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to (mapped, 6to4, Teredo, NAT64)."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
