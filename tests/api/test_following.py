"""WebSocket and event stream on real sockets; the test writes the job's log itself, so it decides what happens when."""

from __future__ import annotations

import itertools
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from databases import Backend
from live import wait_until
from pocket3d_server.accounts import keys, registry
from pocket3d_server.accounts.tiers import Tier
from pocket3d_server.api import ws
from pocket3d_server.app import create_app
from pocket3d_server.config import Settings
from pocket3d_server.jobs import states
from pocket3d_server.jobs.events import change
from pocket3d_server.jobs.states import Lease
from pocket3d_server.jobs.tables import Job, JobEvent
from pocket3d_server.services import Services
from pocket3d_server.times import now
from pocket3d_server.web import serving
from pocket3d_server.web.threads import LEAST
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Ping, Request, TextMessage

COUNT = itertools.count()


class House:
    """A server whose scheduler is not started: the test does the work."""

    def __init__(self, folder: Path, url: str) -> None:
        settings = Settings(data_dir=folder, database_url=url, port=0, min_free_mb=0)
        self.services = Services(settings)
        self.server = serving.HttpServer(settings, create_app(self.services))
        self.server.prepare()
        self.port = self.server.bind_addr[1]
        self.thread = threading.Thread(target=self.server.serve, daemon=True)
        self.thread.start()
        self.token = settings.token_path.read_text().strip()

    def close(self) -> None:
        self.services.stop()
        self.server.stop()
        self.thread.join(10)
        self.services.database.close()

    def account(self) -> tuple[str, str]:
        """A new account's id and key."""
        with self.services.database.write() as session:
            account = registry.create(session, f"user{next(COUNT)}", "pro")
            return account.id, keys.create(session, account.id, "laptop")[1]

    def job(self, account_id: str = "local", updates: int = 0) -> tuple[str, Lease]:
        """A running job with two events and some updates."""
        job_id = f"job_{next(COUNT)}"
        with change(self.services.database, self.services.events) as session:
            job = Job(
                id=job_id,
                account_id=account_id,
                feature="mesh_generation",
                model_id="m",
                request={},
                output_format="glb",
                created_at=now(),
            )
            states.enqueue(session, job)
            lease = states.claim(session, job_id, "me", 600)
            for _ in range(updates):
                states.progress(session, lease, 0.5, "working", None)  # type: ignore[arg-type]
        assert lease
        return job_id, lease

    def fill(self, job_id: str, count: int) -> None:
        """A long log, in one go."""
        with self.services.database.write() as session:
            job = session.get_one(Job, job_id)
            data = {"progress": 0.5, "stage": "s" * 500, "eta": None}
            session.add_all(
                JobEvent(job_id=job_id, seq=job.last_seq + 1 + n, event="progress_update", data=data)
                for n in range(count)
            )
            job.last_seq += count

    def update(self, lease: Lease) -> None:
        with change(self.services.database, self.services.events) as session:
            states.progress(session, lease, 0.5, "working", None)

    def finish(self, lease: Lease) -> None:
        with change(self.services.database, self.services.events) as session:
            assert states.complete(session, lease, {"file_path": "outputs/x.glb"}, [])

    def get(self, path: str, **headers: str) -> requests.Response:
        bearer = {"Authorization": f"Bearer {self.token}"}
        url = f"http://127.0.0.1:{self.port}/api/v1{path}"
        return requests.get(url, headers=bearer | headers, timeout=30, stream="events" in path)

    def streamed(self, job_id: str, after: int) -> list[dict[str, Any]]:
        """All server-sent events after a number."""
        lines = self.get(f"/jobs/{job_id}/events", **{"Last-Event-ID": str(after)}).iter_lines()
        return [json.loads(line[6:]) for line in lines if line.startswith(b"data: ")]


@pytest.fixture(scope="module")
def house(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"), backend.new(tmp_path_factory.mktemp("base")))
    yield made
    made.close()


def undated(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events without the time of the links that a result got when it was sent."""
    return json.loads(re.sub(r"\?token=[^\"]+", "", json.dumps(events)))


class Follower:
    """A WebSocket client on a plain socket, so that tests can misbehave."""

    def __init__(
        self, house: House, job_id: str, query: str = "", token: str = "", buffer: int | None = None
    ) -> None:
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", house.port))
        self.ws = WSConnection(ConnectionType.CLIENT)
        self.messages: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.reason = ""
        self.pings = 0
        self._text = ""
        authorization = (b"Authorization", f"Bearer {token or house.token}".encode())
        target = f"/api/v1/ws/jobs/{job_id}{query}"
        request = Request(host=f"127.0.0.1:{house.port}", target=target, extra_headers=[authorization])
        self.socket.sendall(self.ws.send(request))
        self.accepted = False

    def read(self) -> bool:
        """Take in what has come; False at the end."""
        data = self.socket.recv(65536)
        self.ws.receive_data(data or None)
        for event in self.ws.events():
            match event:
                case AcceptConnection():
                    self.accepted = True
                case TextMessage():
                    self._text += event.data
                    if event.message_finished:
                        self.messages.append(json.loads(self._text))
                        self._text = ""
                case Ping():
                    self.pings += 1
                    self.socket.sendall(self.ws.send(event.response()))
                case CloseConnection():
                    self.closed, self.reason = int(event.code), event.reason or ""
                    return False
        return bool(data)

    def until(self, count: int) -> list[dict[str, Any]]:
        """The messages when there are so many."""
        while len(self.messages) < count and self.read():
            pass
        return self.messages

    def rest(self) -> tuple[list[int], int | None]:
        """The numbers of all messages until the server closes, and its code."""
        while self.read():
            pass
        self.socket.close()
        return [message["seq"] for message in self.messages], self.closed

    def reset(self) -> None:
        """Vanish without a word, as when a cable is pulled."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def test_both_transports_go_on_at_every_point_without_loss_or_repetition(house: House) -> None:
    job_id, lease = house.job(updates=5)
    house.finish(lease)
    first = Follower(house, job_id)
    assert first.rest() == (list(range(1, 9)), 1000)
    assert "/download/x.glb?token=" in first.messages[-1]["result"]["download_url"]
    whole = undated(first.messages)
    for cut in range(1, 9):
        follower = Follower(house, job_id, f"?after={cut}")
        assert follower.rest()[1] == 1000
        assert undated(follower.messages) == whole[cut:]
        if cut < 8:
            assert undated(house.streamed(job_id, cut)) == whole[cut:]
    assert house.get(f"/jobs/{job_id}/events?after=8").status_code == 204


def test_unknown_jobs_and_wrong_numbers_are_the_same_for_both(house: House) -> None:
    job_id, _ = house.job()
    for after in ("x", "-1", "3", "9" * 400, "1.5"):
        follower = Follower(house, job_id, f"?after={after}")
        assert follower.rest() == ([], 4422)
        assert "seq" in follower.reason or "newest" in follower.reason or "number" in follower.reason
        assert house.get(f"/jobs/{job_id}/events?after={after}").status_code == 422
    for unknown in ("job_nothing", house.job("local")[0] + "x"):
        assert Follower(house, unknown).rest() == ([], 4404)
        assert house.get(f"/jobs/{unknown}/events").status_code == 404


def test_a_socket_that_is_open_when_the_job_ends_and_is_deleted_gets_the_last_event(house: House) -> None:
    job_id, lease = house.job()
    follower = Follower(house, job_id)
    follower.until(2)
    house.finish(lease)
    with house.services.database.write() as session:
        session.delete(session.get_one(Job, job_id))
    assert follower.rest() == ([1, 2, 3], 1000)
    assert follower.messages[-1]["event"] == "job_completed"


def test_a_job_that_vanishes_closes_its_sockets(house: House) -> None:
    job_id, _ = house.job()
    follower = Follower(house, job_id)
    follower.until(2)
    with house.services.database.write() as session:
        session.delete(session.get_one(Job, job_id))
    assert follower.rest() == ([1, 2], 4404)


def test_what_clients_say_is_dropped_and_they_are_still_told(house: House) -> None:
    job_id, lease = house.job()
    follower = Follower(house, job_id)
    follower.until(2)
    for _ in range(500):
        follower.socket.sendall(follower.ws.send(TextMessage(data="x" * 1000)))
    house.update(lease)
    assert follower.until(3)[-1]["seq"] == 3
    house.finish(lease)
    assert follower.rest() == ([1, 2, 3, 4], 1000)


@pytest.mark.parametrize("what", ["garbage", "too much", "half a frame and an end"])
def test_clients_that_break_the_protocol_lose_their_socket_and_nothing_stays(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(ws, "IDLE_S", 0.2)
    job_id, _ = house.job()
    follower = Follower(house, job_id)
    follower.until(2)
    match what:
        case "garbage":
            follower.socket.sendall(b"\xff" * 2000)
        case "too much":
            follower.socket.sendall(follower.ws.send(TextMessage(data="x" * 10_000)))
        case _:
            follower.socket.sendall(b"\x81\xfe")
            follower.reset()
    wait_until(lambda: job_id not in house.services.events._channels)


def test_a_client_that_does_not_read_is_closed_and_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "SLOW_CLIENT_S", 0.5)
    monkeypatch.setattr(serving, "SEND_BUFFER", 16 * 1024)
    job_id, lease = house.job()
    house.fill(job_id, 4000)
    slow = Follower(house, job_id, buffer=4096)
    quick = Follower(house, job_id)
    assert len(quick.until(4002)) == 4002
    house.update(lease)
    assert quick.until(4003)[-1]["seq"] == 4003
    wait_until(lambda: house.services.events._channels[job_id].followers == 1)
    numbers, code = slow.rest()
    assert code == 4408
    assert numbers == list(range(1, len(numbers) + 1))  # whole messages only
    assert slow.reason.endswith(f"after={len(numbers)}.")
    house.finish(lease)
    again = Follower(house, job_id, f"?after={len(numbers)}")
    assert again.rest() == (list(range(len(numbers) + 1, 4005)), 1000)
    assert quick.rest()[1] == 1000


def test_the_eleventh_socket_is_refused_until_one_is_closed_or_lost(house: House) -> None:
    account, key = house.account()
    job_id, _ = house.job(account)
    followers = [Follower(house, job_id, token=key) for _ in range(10)]
    for follower in followers:
        follower.until(2)

    def closed_with() -> int | None:
        """How one more socket is closed; None when it is not."""
        follower = Follower(house, job_id, token=key)
        follower.until(1)
        if follower.closed is None:
            followers.append(follower)
        return follower.closed

    assert closed_with() == 4429
    followers.pop().reset()
    wait_until(lambda: closed_with() is None, 20)
    assert closed_with() == 4429
    gone = followers.pop()
    gone.socket.sendall(gone.ws.send(CloseConnection(code=1000)))
    wait_until(lambda: closed_with() is None, 20)
    assert closed_with() == 4429
    for follower in followers:
        follower.reset()
    wait_until(lambda: job_id not in house.services.events._channels)


def test_event_streams_have_a_limit_too_and_are_given_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tier, "streams", 2)
    job_id, lease = house.job()
    path = f"/jobs/{job_id}/events"
    open_ones = [house.get(path) for _ in range(2)]
    refused = house.get(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert "GET /jobs/" in refused.json()["details"]["suggestion"]
    house.finish(lease)
    for stream in open_ones:
        assert stream.content.count(b"job_completed") == 2
    assert house.get(f"{path}?after=2").content.count(b"id: 3") == 1
    wait_until(lambda: not house.services.limiter._streams)  # type: ignore[attr-defined]


def test_many_sockets_connect_at_once_and_give_their_threads_back(house: House) -> None:
    before = threading.active_count()
    jobs = [house.job() for _ in range(10)]
    followers = [Follower(house, jobs[n % 10][0]) for n in range(100)]
    for follower in followers:
        follower.until(2)
    assert threading.active_count() > before + 100
    for _, lease in jobs:
        house.finish(lease)
    for follower in followers:
        assert follower.rest() == ([1, 2, 3], 1000)

    def few() -> bool:
        house.server.requests.tidy()
        return threading.active_count() <= max(before, LEAST) + 12

    wait_until(few, 30)


def test_a_stream_that_stands_still_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from pocket3d_server.api import jobs

    assert jobs.KEEP_ALIVE_S <= 15
    monkeypatch.setattr(jobs, "KEEP_ALIVE_S", 0.1)
    job_id, lease = house.job()
    lines = house.get(f"/jobs/{job_id}/events").iter_lines(chunk_size=1)
    assert next(line for line in lines if line.startswith(b":"))
    house.finish(lease)
    assert b"job_completed" in b"".join(lines)


def test_a_server_that_stops_says_where_to_go_on(backend: Backend, tmp_path: Path) -> None:
    house = House(tmp_path, backend.new(tmp_path))
    try:
        job_id, _ = house.job()
        follower = Follower(house, job_id)
        follower.until(2)
        stream = house.get(f"/jobs/{job_id}/events").iter_lines()
        assert next(line for line in stream if line.startswith(b"id: 2"))
        house.services.events.close()
        assert follower.rest() == ([1, 2], 1012)
        assert follower.reason.endswith("after=2.")
        assert b"job_completed" not in b"".join(stream)
    finally:
        house.close()
