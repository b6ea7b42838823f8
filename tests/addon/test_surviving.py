"""Jobs outlive Blender, its documents and the server: real processes, killed with kill -9 where it hurts."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from live import LiveServer, wait_until

from addon.core.jobs import store

DRIVER = Path(__file__).parent / "driver.py"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc00000030101"
    "00c9fe92ef0000000049454e44ae426082"
)


class Blender:
    """A process with jobs. ``lines`` is what it has said."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(DRIVER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, Any]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def said(self, timeout: float = 30, **values: Any) -> dict[str, Any]:
        """The first line with these values, when it has come."""

        def found() -> dict[str, Any] | None:
            assert self.process.poll() is None, "it ended"
            return next((x for x in self.lines if values.items() <= x.items()), None)

        return dict(wait_until(found, timeout))

    def tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def blender(tmp_path: Path) -> Iterator[Callable[..., Blender]]:
    """Starts processes that share a home."""
    started: list[Blender] = []

    def start(server: LiveServer, action: str = "load", *rest: str, address: str = "") -> Blender:
        started.append(Blender(str(tmp_path / "home"), address or server.url, server.token, action, *rest))
        return started[-1]

    yield start
    for process in started:
        process.kill()


def jobs_of(server: LiveServer) -> set[str]:
    return {j["job_id"] for j in server.get("/jobs?limit=100").json()["jobs"]}


def record(home: Path, key: str) -> dict[str, Any]:
    return store.read_record(home / "jobs" / key)


STEPS = ["_prepare+", "_upload", "_upload+", "_submit", "_submit+", "_follow", "_fetch", "_fetch+", "_read"]


@pytest.mark.parametrize("step", STEPS)
def test_blender_killed_at_each_step(
    step: str, live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    """The next Blender goes on, and the server has made it once."""
    image = tmp_path / "capture.png"
    image.write_bytes(PNG)
    what = str(image) if step in STEPS[:4] else "mesh"
    before = jobs_of(live_server)
    first = blender(live_server, "submit", step, what)
    first.said(stopped=step)
    key = wait_until(lambda: next((line["key"] for line in first.lines if "key" in line), None))
    first.kill()
    image.unlink()  # what a job needs lies in its own folder
    second = blender(live_server)
    second.said(key=key, state="ready")
    assert len(jobs_of(live_server) - before) == 1
    folder = tmp_path / "home" / "jobs" / key
    assert (folder / "result.glb").is_file()
    assert next(folder.glob("preview.*")).stat().st_size > 100
    for file in (tmp_path / "home").rglob("*"):
        assert not file.is_file() or live_server.token.encode() not in file.read_bytes(), file


def test_the_server_is_killed_and_comes_back_at_another_port(
    own_server: Callable[..., LiveServer], blender: Callable[..., Blender], tmp_path: Path
) -> None:
    server = own_server()
    process = blender(server, "submit", address=str(server.port_file))
    job_id = process.said(state="running")["job_id"]
    old = server.url
    server.kill()
    server.start()
    assert server.url != old
    process.said(60, state="ready", job_id=job_id)
    assert jobs_of(server) == {job_id}


def test_exactly_one_of_two_takes_a_job_over(
    live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    first = blender(live_server, "submit")
    key = first.said(state="running")["key"]
    first.kill()
    others = [blender(live_server) for _ in range(3)]
    wait_until(lambda: any(x.get("state") == "ready" for o in others for x in o.lines), 30)
    owners = [o for o in others if any(x.get("key") == key and x.get("mine") for x in o.lines)]
    assert len(owners) == 1
    rest = [o for o in others if o is not owners[0]]
    for other in rest:
        assert not any(x.get("state") == "ready" for x in other.lines)
    owners[0].tell("quit")  # and after it, one of those that are left
    owners[0].process.wait(10)
    wait_until(lambda: sum(any(x.get("mine") for x in o.lines) for o in rest) == 1, 30)


def test_a_cancel_that_could_not_be_told_is_told_at_the_next_start(
    own_server: Callable[..., LiveServer], blender: Callable[..., Blender], tmp_path: Path
) -> None:
    server = own_server(POCKET3D_CPU_JOBS="1")
    blocker = server.submit(steps=1000, seconds=0.2)
    first = blender(server, "submit")
    job_id = first.said(state="queued")["job_id"]
    key = first.lines[0]["key"]
    wait_until(lambda: any(x.get("place") for x in first.lines), 20)
    server.kill()
    first.tell("cancel")
    first.said(2, key=key, state="cancelled")
    wait_until(lambda: record(tmp_path / "home", key)["cancelled"])
    first.kill()
    assert not record(tmp_path / "home", key)["told"]
    server.start()
    blender(server)
    assert server.wait(job_id)["error"]["error_code"] == "CANCELLED"
    wait_until(lambda: record(tmp_path / "home", key)["told"])
    assert record(tmp_path / "home", key)["state"] == "cancelled"
    server.post(f"/jobs/{blocker}/cancel")


def test_a_script_that_just_ends_has_written_its_records(
    live_server: LiveServer, blender: Callable[..., Blender], tmp_path: Path
) -> None:
    process = blender(live_server, "submit")
    key = process.said(state="running")["key"]
    process.tell("end")
    assert process.process.wait(20) == 0
    found = record(tmp_path / "home", key)
    assert (found["state"], found["cancelled"]) == ("cancelled", True)
