"""A server that is told to stop: what runs may finish, what waits is kept, nothing new is taken, all goes quickly."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import requests
from live import LiveServer, alive, wait_until
from pocket3d_server.jobs.tables import Job
from simple_websocket import Client, ConnectionClosed

Start = Callable[..., LiveServer]
BODY = {"text_prompt": "x", "model_preference": "test_steps"}


def started(server: LiveServer, pid_file: Path, **parameters: Any) -> tuple[str, int]:
    """A job that runs, and the pid of its runner."""
    job_id = server.submit(pid_file=str(pid_file), **parameters)
    return job_id, int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))


def stored(server: LiveServer, job_id: str) -> tuple[str, int]:
    """Status and attempts of a job in the database of a server that has ended."""
    database = server.open_database()
    with closing(database), database.read() as session:
        job = session.get_one(Job, job_id)
        return job.status, job.attempts


def test_a_drain_finishes_what_runs_keeps_what_waits_and_refuses_what_comes(
    own_server: Start, tmp_path: Path
) -> None:
    server = own_server("--drain-seconds", "60", POCKET3D_CPU_JOBS="1")
    known = {"Idempotency-Key": "one"}
    first = server.post("/mesh/generate", BODY, headers=known).json()
    server.wait(first["job_id"])
    running, pid = started(server, tmp_path / "pid", steps=40, seconds=0.1)
    waiting = server.submit()
    stream = server.get(f"/jobs/{waiting}/events", stream=True)
    socket = Client.connect(
        f"{server.url.replace('http', 'ws')}/api/v1/ws/jobs/{waiting}",
        headers={"Authorization": f"Bearer {server.token}"},
    )
    server.process.send_signal(signal.SIGTERM)

    wait_until(lambda: requests.get(f"{server.url}/healthz", timeout=10).status_code == 503)
    assert requests.get(f"{server.url}/healthz", timeout=10).json() == {"status": "draining"}
    assert requests.get(f"{server.url}/healthz/live", timeout=10).status_code == 200
    assert server.get("/system/health").json()["status"] == "draining"
    refused = server.post("/mesh/generate", BODY)
    assert (refused.status_code, refused.json()["error_code"]) == (503, "SHUTTING_DOWN")
    assert refused.json()["details"]["suggestion"]
    assert int(refused.headers["Retry-After"]) > 0
    assert server.post("/mesh/generate?dry_run=true", BODY).json()["error_code"] == "SHUTTING_DOWN"
    again = server.post("/mesh/generate", BODY, headers=known)
    assert (again.status_code, again.json()["job_id"]) == (202, first["job_id"])
    assert server.job(running)["status"] == "processing"

    assert b"job_queued" in stream.content  # and it ends, rather than break
    assert stream.content.endswith(b": the server stops; connect again\n\n")
    closed = _closing_code(socket)
    assert server.process.wait(30) == 0
    assert closed == 1012
    assert not alive(pid)
    server.start()
    done = server.job(running)
    assert (done["status"], done["attempts"]) == ("completed", 1)
    later = server.wait(waiting)
    assert (later["status"], later["attempts"]) == ("completed", 1)


def test_after_its_time_or_a_second_signal_a_job_is_queued_again_without_counting_the_attempt(
    own_server: Start, tmp_path: Path
) -> None:
    server = own_server("--drain-seconds", "1")
    job_id, pid = started(server, tmp_path / "pid", steps=10_000, seconds=0.1)
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    assert time.monotonic() - begun >= 1
    wait_until(lambda: not alive(pid))
    assert stored(server, job_id) == ("queued", 0)

    server.start("--drain-seconds", "300")
    wait_until(lambda: (tmp_path / "pid").read_text() not in ("", str(pid)), 30)
    server.process.send_signal(signal.SIGTERM)
    wait_until(lambda: requests.get(f"{server.url}/healthz", timeout=10).status_code == 503)
    wait_until(lambda: "another signal (Ctrl+C) stops at once" in server.log_file.read_text())
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(15) == 0
    wait_until(lambda: not alive(int((tmp_path / "pid").read_text())))
    assert stored(server, job_id) == ("queued", 0)


def test_jobs_that_come_while_the_server_stops_are_accepted_for_good_or_refused(own_server: Start) -> None:
    server = own_server("--drain-seconds", "2")
    accepted: list[str] = []
    codes: set[int] = set()

    def submit() -> None:
        while True:
            try:
                answer = server.post("/mesh/generate", BODY)
            except requests.ConnectionError:
                return
            codes.add(answer.status_code)
            if answer.status_code == 202:
                accepted.append(json.loads(answer.content)["job_id"])

    threads = [threading.Thread(target=submit) for _ in range(3)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(accepted) > 5, 30)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    for thread in threads:
        thread.join(30)
    assert codes <= {202, 503}
    found = {stored(server, job_id) for job_id in accepted}
    assert found <= {("queued", 0), ("completed", 1)}, found


def _closing_code(socket: Client) -> int:
    try:
        while True:
            socket.receive(timeout=60)
    except ConnectionClosed as closed:
        return int(closed.reason)
