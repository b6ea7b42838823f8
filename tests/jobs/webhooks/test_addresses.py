"""Where webhooks may lead, and connections that go wrong."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Any

import pytest
from pocket3d_server.accounts.auth import LOCAL_ACCOUNT
from pocket3d_server.errors import Refusal
from pocket3d_server.jobs.webhooks.addresses import AddressError, is_public, resolve
from pocket3d_server.jobs.webhooks.book import WebhookBook
from pocket3d_server.jobs.webhooks.post import post
from receiver import CERTIFICATE, Receiver, raw_receiver, receiver, trickle
from webhook_house import RESULT, House


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.8",
        "192.88.99.1", "100.127.255.255", "198.19.255.255", "::ffff:192.88.99.1", "2002:c058:6301::",
        "2002:c0a8:101::", "64:ff9b::c0a8:101", "64:ff9b:1::a00:1", "3fff::1",
        "::", "::1", "::127.0.0.1", "fe80::1", "fe80::1%lo", "fc00::1", "fd12::1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "2001:0:1:1::80ff:fffe", "2001:db8::1", "100::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://localhost:1/x", "not on the public internet"),
        ("http://2130706433/", "not on the public internet"),
        ("http://0x7f.1/", "not on the public internet"),
        ("https://[::1]/", "not on the public internet"),
        ("http://[::ffff:127.0.0.1]:80/", "not on the public internet"),
        ("ftp://example.org/", "no http or https URL"),
        ("file:///etc/passwd", "no http or https URL"),
        ("https:///x", "no http or https URL"),
        ("https://ada:secret@1.1.1.1/", "user name or password"),
        ("https://no-such-host.invalid/", "cannot be found"),
        ("https://1.1.1.1:99999/", "no http or https URL"),
        ("https://a..b/", "cannot be found"),
        ("https://[::1/", "no http or https URL"),
        ("https://1.1.1.1/a b", "characters"),
        ("https://1.1.1.1/\r\nX: y", "characters"),
    ],
)
def test_urls_that_lead_astray_are_refused_with_advice(house: House, url: str, problem: str) -> None:
    with pytest.raises(Refusal, match=problem) as refused:
        house.book.create("ada", url, ["job_completed"])
    assert refused.value.details["suggestion"]
    assert refused.value.details["field"] == "url"


def test_the_operator_may_allow_or_forbid_private_addresses(house: House) -> None:
    url = "http://127.0.0.1:9/"
    assert WebhookBook(house.database, True).create("ada", url, ["job_failed"])
    with pytest.raises(Refusal, match="public"):
        WebhookBook(house.database, False).create(LOCAL_ACCOUNT, url, ["job_failed"])


def test_the_address_is_checked_again_at_every_delivery(
    house: House, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name was public when it was registered, and leads to this machine when it is called."""
    real = socket.getaddrinfo
    answers = ["1.1.1.1", "127.0.0.1"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real(answers.pop(0), *a, **k))
    house.book.create("ada", there.url.replace("127.0.0.1", "hook.example.org"), ["job_completed"])
    house.finish(RESULT, account="ada")
    house.send()
    assert there.requests == []
    assert answers == []
    (delivery,) = house.deliveries()
    assert "not on the public internet" in delivery.tries[0]["error"]


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("1.1.1.1", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(AddressError):
        resolve("http://x.example.org/", allow_private=False)


def test_a_receiver_that_trickles_is_cut_off() -> None:
    with raw_receiver(trickle) as url, pytest.raises(TimeoutError):
        post(url, b"{}", {}, timeout=0.5, allow_private=True)


def test_what_is_no_http_is_told(house: House) -> None:
    with raw_receiver(lambda c: (c.recv(65536), c.sendall(b"SSH-2.0-OpenSSH\r\n"))[0]) as url:
        with pytest.raises(http.client.HTTPException):
            post(url, b"{}", {}, timeout=5, allow_private=True)
        house.hook(url)
        house.finish(RESULT)
        house.send()
    assert house.deliveries()[0].tries[0]["error"] == "The answer is no HTTP: BadStatusLine."


def test_a_closed_port_and_a_plain_port_for_tls_are_told(house: House, there: Receiver) -> None:
    house.hook("http://127.0.0.1:1/")
    house.hook(there.url.replace("http:", "https:"))
    house.finish(RESULT)
    house.send()
    errors = sorted(d.tries[0]["error"] for d in house.deliveries())
    assert errors[1] == "The connection was refused: nothing listens there."
    assert errors[0].startswith("No TLS connection could be made:") or "TLS" in errors[0]


@pytest.fixture
def everything_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads to this machine."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))


@pytest.mark.usefixtures("everything_is_here")
def test_tls_is_checked_against_the_name_though_the_address_is_fixed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver(tls=True) as safe:
        url = safe.url
        with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed"):
            post(url, b"{}", {}, timeout=10, allow_private=True)
        trusting = ssl.create_default_context(cafile=CERTIFICATE)
        monkeypatch.setattr("pocket3d_server.tls.context", lambda: trusting)
        assert post(url, b"{}", {}, timeout=10, allow_private=True).status == 200
        assert safe.requests[0].headers["host"] == url.split("/")[2]
        house.hook(url.replace("hook.", "other."))
        house.finish(RESULT)
        house.send()
    error = house.deliveries()[0].tries[0]["error"]
    assert error.startswith("The receiver's certificate is not valid: Hostname mismatch")
    assert len(safe.requests) == 1
