"""Several servers, one API: real processes on one PostgreSQL, one storage and one Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from databases import Cluster
from live import LiveServer, alive, assert_refused, wait_until
from pocket3d_server.accounts import keys, limits, registry, shared_limits
from pocket3d_server.accounts.limits import MemoryLimiter
from pocket3d_server.accounts.shared_limits import LimitsError, SharedLimiter
from pocket3d_server.accounts.tiers import ANONYMOUS, TIERS, Tier
from pocket3d_server.database import Database
from pocket3d_server.errors import Refusal
from pocket3d_server.jobs import events
from pocket3d_server.jobs.events import EventLog
from pocket3d_server.jobs.notices import Notices
from pocket3d_server.jobs.tables import Job, JobEvent
from sqlalchemy import func, select

LEASE_S = 2


class Redis:
    """A throwaway Redis."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [*command, "--bind", "127.0.0.1"], cwd=self._folder, stdout=subprocess.DEVNULL
        )
        wait_until(self._answers)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def _answers(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server in PATH")
    made = Redis(tmp_path_factory.mktemp("redis"))
    yield made
    made.stop()


class Pair:
    """Two servers that answer for one another; each has its own data folder."""

    def __init__(self, folder: Path, url: str, redis: Redis | None, **settings: str) -> None:
        self.redis = redis
        shared = {
            "POCKET3D_DATABASE_URL": url,
            "POCKET3D_STORAGE_URL": (folder / "files").as_uri(),
            "POCKET3D_SECRETS_DIR": str(folder / "secrets"),
            "POCKET3D_LEASE_SECONDS": str(LEASE_S),
            "POCKET3D_CPU_JOBS": "1",
            "POCKET3D_DRAIN_SECONDS": "30",
        }
        self.servers: list[LiveServer] = []

        def start(name: str) -> None:
            (folder / name).mkdir()
            self.servers.append(LiveServer(folder / name, **shared, **settings))

        starts = [
            threading.Thread(target=start, args=(name,)) for name in ("one", "two")
        ]  # at once, on purpose
        for thread in starts:
            thread.start()
        for thread in starts:
            thread.join()
        self.one, self.two = self.servers
        self.database = self.one.open_database()

    def close(self) -> None:
        self.database.close()
        for server in self.servers:
            server.stop()

    def row(self, job_id: str) -> Job:
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def runner_of(self, job_id: str) -> tuple[LiveServer, LiveServer]:
        """The server that runs a job, and the other."""
        owner = wait_until(lambda: self.row(job_id).lease_owner, 30)
        pid = int(owner.split(":")[1])
        return (self.one, self.two) if self.one.process.pid == pid else (self.two, self.one)

    def key(self, tier: str) -> str:
        """An API key of a new account."""
        with self.database.write() as session:
            return keys.create(session, registry.create(session, tier, tier).id, "laptop")[1]


@pytest.fixture(scope="module")
def pair(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """For the tests below in their order; the last two stop Redis and a server."""
    folder = tmp_path_factory.mktemp("pair")
    redis = Redis(folder) if shutil.which("redis-server") else None
    settings = {"POCKET3D_LIMITS_URL": redis.url} if redis else {}
    made = Pair(folder, cluster.new(empty=True), redis, **settings)
    yield made
    made.close()
    if redis:
        redis.stop()


def test_what_one_takes_the_other_tells_and_delivers(pair: Pair) -> None:
    job_id = pair.one.submit(steps=3, seconds=0.05)
    told = pair.two.events(job_id)
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert told[-1]["event"] == "job_completed"
    url = pair.one.job(job_id)["result"]["download_url"]
    here = requests.get(url, timeout=30)
    there = requests.get(url.replace(pair.one.url, pair.two.url), timeout=30)
    assert here.status_code == there.status_code == 200
    assert here.content == there.content


def test_credentials_of_one_are_good_at_the_other(pair: Pair) -> None:
    key = pair.key("pro")
    answer = pair.one.post("/auth/token", token=key)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert pair.two.get("/account", token=token).status_code == 200


def test_one_idempotency_key_at_both_makes_one_job(pair: Pair) -> None:
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    for number in range(5):
        key = {"Idempotency-Key": f"both {number}"}
        found: list[requests.Response] = []

        def submit(server: LiveServer, key: dict[str, str], found: list[requests.Response]) -> None:
            found.append(server.post("/mesh/generate", body, headers=key))

        threads = [threading.Thread(target=submit, args=(s, key, found)) for s in pair.servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in found} <= {202, 409}, [a.text for a in found]
        again = {server.post("/mesh/generate", body, headers=key).json()["job_id"] for server in pair.servers}
        assert len(again) == 1
        assert {a.json()["job_id"] for a in found if a.status_code == 202} == again


def test_a_job_is_cancelled_and_deleted_at_the_other(pair: Pair, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    job_id = pair.one.submit("test_steps", steps=10_000, seconds=0.05, pid_file=str(pid_file))
    here, there = pair.runner_of(job_id)
    pid = int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))
    assert here.job(job_id)["status"] == "processing"
    assert there.post(f"/jobs/{job_id}/cancel").json()["status"] == "error"
    wait_until(lambda: here.job(job_id)["status"] == "error", 5)
    wait_until(lambda: not alive(pid), 5)
    assert there.request("DELETE", f"/jobs/{job_id}").status_code == 204
    wait_until(lambda: here.get(f"/jobs/{job_id}").status_code == 404, 2)  # it had remembered it


def test_a_server_that_is_told_to_stop_leaves_its_work_to_the_other(pair: Pair) -> None:
    """An upgrade by turns: nothing is lost, nothing runs twice."""
    ids = [pair.two.submit(steps=4, seconds=0.05) for _ in range(6)]
    first, _ = pair.runner_of(ids[0])
    assert first.stop() == 0
    first.start()
    ids += [first.submit()]
    for job_id in ids:
        done = first.wait(job_id, 60)
        assert (done["status"], done["attempts"]) == ("completed", 1), done
    with pair.database.read() as session:
        query = select(JobEvent.event, func.count()).where(JobEvent.job_id.in_(ids)).group_by(JobEvent.event)
        counts = {event: count for event, count in session.execute(query)}  # noqa: C416 - rows are no pairs
    assert [counts[f"job_{what}"] for what in ("queued", "started", "completed")] == [7, 7, 7]


def test_servers_share_limits_and_go_on_without_redis(pair: Pair) -> None:
    if pair.redis is None:
        pytest.skip("no redis-server in PATH")
    key = pair.key("free")
    answers = [server.get("/account", token=key) for _ in range(6) for server in pair.servers]
    assert [a.status_code for a in answers].count(429) == 2
    assert_refused(answers[-1], 429, "RATE_LIMITED")
    pair.redis.stop()
    assert pair.one.get("/account", token=key).status_code == 200
    reasons = {reason["code"] for reason in pair.one.get("/system/health").json()["reasons"]}
    assert "limits_not_shared" in reasons
    assert requests.get(f"{pair.one.url}/healthz", timeout=10).status_code == 200


def test_the_other_takes_over_the_jobs_of_one_that_is_killed(pair: Pair) -> None:
    running = pair.one.submit(steps=20, seconds=0.1)
    here, there = pair.runner_of(running)
    waiting = here.submit()
    here.kill()
    assert there.wait(running, 60)["status"] == there.wait(waiting, 60)["status"] == "completed"
    row = pair.row(running)
    assert (row.attempts, row.lost_servers, row.lost_attempts) == (2, 1, 0)


def test_notices_come_at_once_and_after_a_lost_connection_too(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "LOOK_AGAIN_S", 60.0)
    monkeypatch.setattr("pocket3d_server.jobs.notices.AGAIN_S", 0.1)
    url = cluster.new(empty=False)
    heard: list[tuple[str, str]] = []
    with closing(Database(url)) as here, closing(Database(url)) as there:
        log = EventLog(here)
        notices = Notices(here, log.hear_elsewhere)
        log.listen_elsewhere(lambda job_id, kind: heard.append((job_id, kind)))
        notices.start()

        def told(kind: str) -> bool:
            with there.write() as session:
                there.tell(session, "job_1", kind)
            return ("job_1", kind) in heard

        wait_until(lambda: told("job_queued"))
        with here.write() as session:
            here.tell(session, "job_1", "job_started")
        with there.write() as session:
            listener = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(query, 'LISTEN') AND datname = current_database()"
            session.connection().exec_driver_sql(listener)
        wait_until(lambda: told("job_failed"))
        notices.stop()
    assert ("job_1", "job_started") not in heard, "its own"


# Limits

SMALL = Tier(5, 60_000, 1, concurrent_jobs=1, priority=0, storage_mb=1)


def two_limiters(redis: Redis) -> tuple[SharedLimiter, SharedLimiter]:
    return (
        SharedLimiter(redis.url, MemoryLimiter(), ANONYMOUS),
        SharedLimiter(redis.url, MemoryLimiter(), ANONYMOUS),
    )


def test_requests_are_counted_together(redis: Redis) -> None:
    one, two = two_limiters(redis)
    seen = [limiter.request("ada", SMALL) for limiter in (one, two, one, two, one, two)]
    assert [a.remaining for a in seen] == [4, 3, 2, 1, 0, 0]
    assert [a.exceeded for a in seen] == [False] * 5 + [True]
    assert 55 <= seen[-1].retry_after <= 60
    assert abs(seen[-1].reset - time.time() - limits.WINDOW_S) < 3
    assert not two.request("bob", SMALL).exceeded


def test_uploads_are_counted_together(redis: Redis) -> None:
    one, two = two_limiters(redis)
    one.upload("eve", SMALL, 200_000)
    with pytest.raises(Refusal) as refused:
        two.upload("eve", SMALL, 1)
    assert 135 <= int(refused.value.retry_after or 0) <= 201
    two.give_back("eve", 199_999)
    one.upload("eve", SMALL, 30_000, whole=False)
    with pytest.raises(Refusal):
        two.upload("eve", SMALL, 40_000, whole=False)


def test_streams_are_counted_together_and_free_again_when_their_server_is_gone(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "LEASE_S", 1)
    one, two = two_limiters(redis)
    with one.websocket("ida", SMALL) as first, two.websocket("ida", SMALL) as second:
        assert (first, second) == (True, False)
        time.sleep(1.5)
        with two.websocket("ida", SMALL) as third:
            assert not third, "it is renewed"
    with two.websocket("ida", SMALL) as fourth:
        assert fourth
    dead = two_limiters(redis)[0]
    monkeypatch.setattr(dead, "_keep", lambda token, key: dead._held.__setitem__(token, key))
    with dead.websocket("ida", SMALL):
        wait_until(lambda: _gets_a_place(one), 5)


def _gets_a_place(limiter: SharedLimiter) -> bool:
    with limiter.websocket("ida", SMALL) as free:
        return free


def test_without_redis_each_server_counts_by_itself_and_says_so(
    redis: Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "AGAIN_S", 0.2)
    lost = Redis(tmp_path)
    limiter = SharedLimiter(lost.url, MemoryLimiter(), ANONYMOUS)
    assert not limiter.request("ada", SMALL).exceeded
    with limiter.stream("ada", SMALL) as free:
        assert free
        lost.stop()
        answers = [limiter.request("ada", SMALL).exceeded for _ in range(6)]
    assert answers == [False] * 5 + [True]
    assert "does not answer" in limiter.problem()
    with limiter.websocket("ada", SMALL) as first, limiter.websocket("ada", SMALL) as second:
        assert (first, second) == (True, False)
    lost.start()
    try:
        wait_until(lambda: not limiter.request("bob", TIERS["local"]).exceeded and not limiter.problem())
    finally:
        lost.stop()


@pytest.mark.parametrize("url", ["memcached://x", "redis://[", "nonsense"])
def test_a_limits_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(LimitsError, match="limits_url"):
        SharedLimiter(url, MemoryLimiter(), ANONYMOUS)
