"""Whose address a request has when proxies stand before the server."""

from __future__ import annotations

import pytest
from pocket3d_server.config import SettingsError, load
from pocket3d_server.web.connections import Doorkeeper
from pocket3d_server.web.forwarded import Proxies

PROXIES = Proxies(["127.0.0.1", "::1", "10.0.0.0/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "198.51.100.9, 203.0.113.5", "203.0.113.5"),  # the client wrote the first one itself
        ("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5"),  # two proxies of ours
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("::ffff:10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::1", "::ffff:203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "127.0.0.1", "10.0.0.1"),  # nobody becomes this machine from elsewhere
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5, unknown", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.5", "198.51.100.9", "203.0.113.5"),  # no proxy of ours
    ],
)
def test_the_client_is_whom_the_last_trusted_proxy_saw(peer: str, forwarded_for: str, client: str) -> None:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded_for}
    PROXIES.correct(environ)
    assert environ["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("peer", "said", "scheme"),
    [
        ("10.0.0.1", "https", "https"),
        ("10.0.0.1", "http, HTTPS", "https"),
        ("10.0.0.1", "ftp", "http"),
        ("203.0.113.5", "https", "http"),
    ],
)
def test_the_scheme_is_what_a_trusted_proxy_says(peer: str, said: str, scheme: str) -> None:
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": said}
    PROXIES.correct(environ)
    assert environ["wsgi.url_scheme"] == scheme


def test_a_proxy_holds_the_connections_of_many() -> None:
    doorkeeper = Doorkeeper(1, 3, PROXIES.trusts)
    assert [bool(doorkeeper.enter(a)) for a in ("10.0.0.1", "10.0.0.1", "203.0.113.5")] == [False] * 3
    assert "as this server can hold" in doorkeeper.enter("10.0.0.1")
    doorkeeper.leave("10.0.0.1")
    assert "1 connections are open from this address" in doorkeeper.enter("203.0.113.5")


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'proxy' is neither .* write e\.g\. 127\.0\.0\.1"):
        load({}, {"POCKET3D_TRUSTED_PROXIES": "127.0.0.1, proxy"})
    assert load({}, {"POCKET3D_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}).trusted_proxies == [
        "127.0.0.1",
        "10.0.0.0/8",
    ]
