"""Real bytes on a real socket: what is no HTTP, what could be read in two ways, and paths that nobody should send."""

from __future__ import annotations

import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from live import LiveServer

HOST = b"Host: 127.0.0.1\r\n"


def talk(server: LiveServer, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (lower case) and body of what the server answers until it closes the connection."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=20) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split(" ")[1]), headers, body


def assert_envelope(headers: dict[str, str], body: bytes) -> dict[str, Any]:
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(body)
    envelope = json.loads(body)
    assert set(envelope) == {"error_code", "message", "details", "timestamp", "request_id"}
    assert envelope["request_id"] == headers["x-request-id"]
    assert envelope["details"]["suggestion"]
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= headers.keys()
    return dict(envelope)


def get(path: bytes, *headers: bytes, method: bytes = b"GET") -> bytes:
    return b"%s %s HTTP/1.1\r\nConnection: close\r\n%s%s\r\n" % (method, path, HOST, b"".join(headers))


POST = b"POST /api/v1/mesh/generate HTTP/1.1\r\n" + HOST


@pytest.mark.parametrize(
    ("data", "status", "about"),
    [
        (b"nonsense\r\n\r\n", 400, "Request-Line"),
        (b"GET / HTTP/9.9\r\n\r\n", 505, ""),
        (b"GET / HTTP/x\r\n\r\n", 400, ""),
        (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "method"),
        (b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n", 400, "CRLF"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "Host is missing"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Host: evil\r\n\r\n", 400, "Host stands there twice"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"NoColon\r\n\r\n", 400, "header"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Name : x\r\n\r\n", 400, "name"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n", 400, "zero byte"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200_000 + b"\r\n\r\n", 431, "headers"),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 20_000 + b"\r\n", 431, "headers"),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, ""),
        (POST + b"Content-Length: -5\r\n\r\n", 400, "Content-Length"),
        (POST + b"Content-Length: 1_0\r\n\r\n0123456789", 400, "Content-Length"),
        (POST + b"Content-Length: +2\r\n\r\n{}", 400, "Content-Length"),
        (
            POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            400,
            "Content-Length stands there twice",
        ),
        (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "exclude"),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, ""),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\n0\r\n\r\n", 400, "HTTP/1.0"),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405, ""),
        (get(b"http://127.0.0.1/"), 400, "Absolute"),
        (get(b"//["), 400, "URI"),
        (get(b"/\xff\xfe"), 400, "URI"),
        (get(b"/a#b"), 400, "fragment"),
    ],
)
def test_what_is_no_request_gets_the_envelope(
    live_server: LiveServer, data: bytes, status: int, about: str
) -> None:
    found, headers, body = talk(live_server, data)
    assert found == status, body
    assert about in assert_envelope(headers, body)["message"]


def test_tls_on_the_plain_port_is_told_at_once(live_server: LiveServer) -> None:
    begun = time.monotonic()
    status, headers, body = talk(live_server, b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"r" * 189)
    assert time.monotonic() - begun < 10
    assert status == 400
    assert "http://" in assert_envelope(headers, body)["details"]["suggestion"]


@pytest.mark.parametrize(
    "path",
    [
        b"/api/v1/jobs/%00",
        b"/api/v1/jobs?cursor=%00",
        b"/api/v1/files/outputs/a%00b",
        b"/api/v1/files/..%2f..%2ftoken",
        b"/api/v1/files/../../token",
        b"/api/v1/files/%2e%2e/token",
        b"/api/v1/jobs/%ff%fe",
        b"/api/v1/jobs?limit=%ff",
        b"/api/v1/jobs?limit=" + b"9" * 5000,
        b"/api/v1/jobs/" + b"%2e" * 3000,
        b"/api/v1/jobs/" + b"a/" * 3000,
        b"/api/v1/jobs/%F0%9F%92%A9",
        b"/api/v1/jobs/x/events?after=%00",
        b"/%0d%0aSet-Cookie:%20a=b",
        b"/a" * 20_000,
    ],
)
@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"DELETE", b"BREW"])
def test_strange_paths_are_refused_and_nothing_breaks(
    live_server: LiveServer, path: bytes, method: bytes
) -> None:
    token = b"Authorization: Bearer " + live_server.token.encode() + b"\r\n"
    status, headers, body = talk(live_server, get(path, token, method=method))
    assert 400 <= status < 500, body
    assert "set-cookie" not in headers
    if method == b"HEAD":
        assert body == b""
    else:
        assert_envelope(headers, body)


@pytest.mark.parametrize(
    "header",
    [
        b"Host: [::1",
        b"Host: a b",
        b"Host: \xff\xfe",
        b"Host: 127.0.0.1:99999999",
        b"Host: evil.example",
        b"Host: ",
    ],
)
def test_a_host_that_is_none_is_refused(live_server: LiveServer, header: bytes) -> None:
    data = b"GET / HTTP/1.1\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    status, headers, body = talk(live_server, data)
    if header == b"Host: 127.0.0.1:99999999":
        assert status in (200, 400, 403)
    else:
        assert status in (400, 403)
        assert_envelope(headers, body)


@pytest.mark.parametrize(
    "header", [b"Authorization: Bearer \xff\xfe", b"Authorization: ", b"Authorization: p3d_x"]
)
def test_credentials_that_are_none_are_refused(live_server: LiveServer, header: bytes) -> None:
    status, headers, body = talk(live_server, get(b"/api/v1/jobs", header + b"\r\n"))
    assert status == 401
    assert_envelope(headers, body)


def test_names_with_underscores_cannot_pose_as_others(live_server: LiveServer) -> None:
    token = b"Authorization: Bearer " + live_server.token.encode() + b"\r\n"
    posed = b"X_Request_ID: posed\r\nContent_Length: 5\r\n"
    status, headers, _ = talk(live_server, get(b"/api/v1/jobs", token, posed))
    assert status == 200
    assert headers["x-request-id"] != "posed"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/api/v1/jobs",
        "/api/v1/mesh/models",
        "/api/v1/system/health",
        "/api/v1/system/metrics",
        "/api/v1/system/workers",
        "/openapi/openapi.json",
        "/metrics",
    ],
)
def test_head_is_get_without_a_body(live_server: LiveServer, path: str) -> None:
    import requests

    headers = {"Authorization": f"Bearer {live_server.token}"}
    got = requests.get(live_server.url + path, headers=headers, timeout=30)
    head = requests.head(live_server.url + path, headers=headers, timeout=30)
    assert head.status_code == got.status_code == 200
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.content == b""
