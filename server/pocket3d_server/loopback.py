"""Which hosts and addresses are this machine's own."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Whether a host is this machine: ``localhost``, or an address that never leaves it."""
    address = parsed(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def parsed(text: str) -> Address | None:
    """An IP address, one of IPv4 also where it is written as one of IPv6; None where the text is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
