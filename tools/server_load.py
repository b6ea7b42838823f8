"""The load that ``bench_server`` puts on a server: requests, WebSockets, accounts and an upload, without a client
library; and what the server's inside says of it."""

from __future__ import annotations

import json
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pocket3d_server import config
from pocket3d_server.accounts import keys, registry
from pocket3d_server.database import Database
from pocket3d_server.jobs.tables import JobEvent
from sqlalchemy import select
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, RejectConnection, Request, TextMessage

from tools.server_process import BASE, Client, ServerProcess


def hammer(server: ServerProcess, paths: list[str], seconds: float, connections: int = 4) -> int:
    """How often paths were answered with 200, over kept connections that ask as fast as they can."""
    head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {server.token}"
    requests = [f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode() for path in paths]
    counts = [0] * connections
    end = time.monotonic() + seconds

    def ask(index: int) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            while time.monotonic() < end:
                connection.sendall(requests[counts[index] % len(requests)])
                head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(f"{paths}: {head[:200]!r} {body[:300]!r}")
                length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
                while len(body) < length:
                    body += connection.recv(65536)
                counts[index] += 1

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


class Watcher:
    """Many WebSockets in one thread; notes the delay of every event that happened once all were open."""

    def __init__(self, server: ServerProcess, job_ids: list[str]) -> None:
        self.delays: list[float] = []
        """Milliseconds."""
        self._seen: list[list[int]] = [[] for _ in job_ids]
        self._ended = [False] * len(job_ids)
        self._selector = selectors.DefaultSelector()
        for index, job_id in enumerate(job_ids):
            sock, protocol = self._open(server, job_id)
            self._selector.register(sock, selectors.EVENT_READ, (index, protocol))
        self._closed = 0
        self._accepted = 0
        self._all_open_at = float("inf")

    @property
    def missing(self) -> int:
        """Gaps in the numbers of events, and sockets that did not see the end."""
        gaps = sum(len(set(range(1, max(seen, default=0) + 1)) - set(seen)) for seen in self._seen)
        return gaps + self._ended.count(False)

    def run(self, timeout: float) -> None:
        """Read until every job has ended."""
        deadline = time.monotonic() + timeout
        while self._closed < len(self._ended) and time.monotonic() < deadline:
            for key, _ in self._selector.select(timeout=1):
                self._read(key.fileobj, *key.data)  # type: ignore[arg-type]

    def _open(self, server: ServerProcess, job_id: str) -> tuple[socket.socket, WSConnection]:
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        protocol = WSConnection(ConnectionType.CLIENT)
        head = [(b"Authorization", f"Bearer {server.token}".encode())]
        target = f"{BASE}/ws/jobs/{job_id}"
        sock.sendall(protocol.send(Request(host="127.0.0.1", target=target, extra_headers=head)))
        return sock, protocol

    def _read(self, sock: socket.socket, index: int, protocol: WSConnection) -> None:
        data = sock.recv(65536)
        at = time.time()
        protocol.receive_data(data or None)
        for event in protocol.events():
            if isinstance(event, RejectConnection):
                raise RuntimeError(f"a WebSocket was refused with {event.status_code}")
            if isinstance(event, TextMessage):
                self._note(index, json.loads(event.data), at)
            elif isinstance(event, Ping):
                sock.sendall(protocol.send(event.response()))
            elif isinstance(event, CloseConnection):
                self._ended[index] |= event.code == 1000
            elif isinstance(event, AcceptConnection):
                self._accepted += 1
                if self._accepted == len(self._ended):
                    self._all_open_at = time.time()
            else:
                raise RuntimeError(f"unexpected on a WebSocket: {event}")
        if not data:
            self._closed += 1
            self._selector.unregister(sock)
            sock.close()

    def _note(self, index: int, event: dict[str, Any], at: float) -> None:
        self._seen[index].append(event["seq"])
        happened = datetime.fromisoformat(event["timestamp"]).timestamp()
        if happened > self._all_open_at:
            self.delays.append((at - happened) * 1000)


def upload(client: Client, size: int) -> None:
    """Send a binary STL of about so many bytes, piece by piece."""
    count = (size - 84) // 50
    head = b"pocket3d".ljust(80) + struct.pack("<I", count)
    facet = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)
    begin = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.stl"\r\n\r\n' + head
    end = b"\r\n--b--\r\n"
    length = len(begin) + 50 * count + len(end)

    def pieces() -> Iterator[bytes]:
        yield begin
        block = facet * 20_000
        for _ in range(count // 20_000):
            yield block
        yield facet * (count % 20_000)
        yield end

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(length)}
    status, answer = client.send("POST", "/mesh/upload", pieces(), headers)
    if status != 200:
        raise RuntimeError(f"the upload was refused: {status} {answer[:500]!r}")


def keep_asking(server: ServerProcess, over: threading.Event) -> None:
    """Load: reads, until it is over."""
    while not over.is_set():
        hammer(server, [f"{BASE}/jobs", f"{BASE}/mesh/models"], seconds=0.5, connections=2)


def scheduler_times(server: ServerProcess) -> dict[str, float]:
    """Seconds that the scheduler's thread has waited and used the CPU."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /bare/scheduler HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    return dict(json.loads(answer.partition(b"\r\n\r\n")[2]))


@contextmanager
def database_of(server: ServerProcess) -> Iterator[Database]:
    """The server's database, which it goes on using."""
    database = Database(config.load({"data_dir": server.data_dir}, {}).database)
    try:
        yield database
    finally:
        database.close()


def make_accounts(server: ServerProcess, count: int) -> list[str]:
    """Keys of so many new accounts, made in the server's database."""
    with database_of(server) as database, database.write() as session:
        accounts = [registry.create(session, f"account {n}", "enterprise") for n in range(count)]
        return [keys.create(session, account.id, "bench")[1] for account in accounts]


def finishing_order(server: ServerProcess, wanted: dict[str, int]) -> list[str]:
    """Those of the jobs that have completed, in the order in which they did."""
    query = select(JobEvent.job_id).where(JobEvent.event == "job_completed").order_by(JobEvent.created_at)
    with database_of(server) as database, database.read() as session:
        return [job_id for job_id in session.scalars(query) if job_id in wanted]
