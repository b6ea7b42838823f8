"""Who a request comes from when proxies stand before the server.

``X-Forwarded-For`` is a list to which every proxy adds the address that it was asked from; whoever asks may have begun
the list with anything. So it is read from its end, and only as long as the one who added the entry is trusted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from pocket3d_server.loopback import is_loopback, parsed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """Proxies whose headers are believed. ``networks``: addresses or networks, e.g. ``10.0.0.0/8``.

    Raises ValueError where one is neither.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(n, strict=False) for n in networks]
        self.trusts = lru_cache(maxsize=1024)(self._trusts)
        """Whether this address is such a proxy's."""

    def _trusts(self, address: str) -> bool:
        ip = parsed(address)
        return ip is not None and any(ip in network for network in self._networks)

    def correct(self, environ: dict[str, Any]) -> None:
        """Put the client's address and scheme into a WSGI environment, in the place of a trusted proxy's."""
        peer = environ.get("REMOTE_ADDR", "")
        if not self._networks or not self.trusts(peer):
            return
        environ["REMOTE_ADDR"] = self.client(peer, environ.get("HTTP_X_FORWARDED_FOR", ""))
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if scheme in ("http", "https"):
            environ["wsgi.url_scheme"] = scheme

    def client(self, peer: str, forwarded_for: str) -> str:
        """The nearest address that no trusted proxy has; the farthest proxy's where all are trusted.

        Never one of this machine, unless the proxy is on this machine: such addresses have rights of their own.
        """
        found = peer
        for entry in reversed(forwarded_for.split(",")):
            ip = parsed(entry.strip())
            if ip is None or (ip.is_loopback and not is_loopback(peer)):
                break
            found = str(ip)
            if not self.trusts(found):
                break
        return found
