"""Connections that say nothing, say it slowly, or are too many."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
import pytest
from live import LiveServer, wait_until
from pocket3d_server.web.connections import Doorkeeper
from pocket3d_server.web.threads import LEAST, SPARE

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
WHOLE = GET + b"Connection: close\r\n\r\n"
MOST = 5
ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One that waits for clients for two seconds only, and takes five connections of an address."""
    server = LiveServer(
        tmp_path_factory.mktemp("connections"),
        POCKET3D_READ_TIMEOUT="2",
        POCKET3D_CONNECTIONS_PER_ADDRESS=str(MOST),
    )
    yield server
    server.stop()


def connect(server: LiveServer, source: str = "127.0.0.1") -> socket.socket:
    port = int(server.url.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def rest(connection: socket.socket) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Status, headers (lower case) and JSON of what comes until the server closes the connection."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    assert {
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-request-id",
    } <= headers.keys()
    return int(first.split(" ")[1]), headers, json.loads(body)


def test_the_head_of_a_request_has_a_deadline_however_it_drips(server: LiveServer) -> None:
    begun = time.monotonic()
    with connect(server) as slow:
        slow.sendall(GET)
        slow.settimeout(0.1)
        while time.monotonic() < begun + 20:
            slow.sendall(b"X: y\r\n")
            with contextlib.suppress(TimeoutError):
                slow.recv(1, socket.MSG_PEEK)
                break
        status, _, body = rest(slow)
    assert time.monotonic() - begun < 15
    assert (status, body["error_code"]) == (408, "TIMEOUT")
    assert "within 2 seconds" in body["message"]


def test_connections_that_say_nothing_hold_no_threads(server: LiveServer) -> None:
    process = psutil.Process(server.process.pid)
    rest_of_server = process.num_threads() - LEAST
    with ExitStack() as held:
        silent = [held.enter_context(connect(server)) for _ in range(100)]
        assert server.get("/system/health").status_code == 200
        assert process.num_threads() < rest_of_server + LEAST + SPARE + 20
        silent[0].sendall(WHOLE)
        assert rest(silent[0])[0] == 200
        assert silent[1].recv(1) == b""  # closed after a while


def test_all_addresses_together_hold_what_the_system_allows() -> None:
    doorkeeper = Doorkeeper(2, 3)
    assert not any([doorkeeper.enter("a"), doorkeeper.enter("a"), doorkeeper.enter("127.0.0.1")])
    assert "as many as this server can hold" in doorkeeper.enter("127.0.0.1")
    doorkeeper.leave("a")
    assert not doorkeeper.enter("b")
    assert doorkeeper.enter("b")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has 127.0.0.2 without being told")
def test_an_address_holds_so_many_connections_and_not_one_more(server: LiveServer) -> None:
    def opens() -> bool:
        with connect(server, ELSEWHERE) as more:
            more.sendall(WHOLE)
            return rest(more)[0] == 200

    with ExitStack() as held:
        mine = [held.enter_context(connect(server, ELSEWHERE)) for _ in range(MOST)]
        with connect(server, ELSEWHERE) as sixth:
            status, headers, body = rest(sixth)
        assert (status, body["error_code"]) == (429, "RATE_LIMITED")
        assert "5 connections" in body["message"]
        assert int(headers["retry-after"]) > 0
        with connect(server) as own:  # this machine's own are not limited
            own.sendall(WHOLE)
            assert rest(own)[0] == 200
        mine[0].close()
        wait_until(opens)
    wait_until(lambda: all(opens() for _ in range(MOST)))
