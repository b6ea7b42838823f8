"""The job runner and the connection, against a real server."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import LiveServer, wait_until

from addon.core.errors import Remedy, UserError
from addon.core.jobs.job import State, Task
from addon.core.jobs.runner import JobRunner
from addon.core.meshes.glb import Mesh
from addon.core.meshes.results import PartsData, Payload, TextureData
from addon.core.meshes.skeleton import RigData
from addon.core.request.params import MeshParams, RigParams, SegmentParams, TextureParams
from addon.core.server.connection import Connection, Light
from addon.core.server.local_server import LocalServer, Paths
from addon.core.server.profiles import Kind, Profile

from .driver import wait

CUBE = Mesh(
    np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float32),
    np.array(
        [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]]
        + [[2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]],
        np.uint32,
    ),
)


def connection(url: str, token: str = "", folder: Path = Path(), *, online: bool = False) -> Connection:
    local = LocalServer(Paths(folder / "source", folder / "home"), "python")
    return Connection(Profile(Kind.REMOTE, url, token), local, online)


@pytest.fixture
def runner(live_server: LiveServer, tmp_path: Path) -> JobRunner:
    link = connection(live_server.url, live_server.token)
    return JobRunner(lambda profile: link.connect(), tmp_path)


@dataclass(frozen=True)
class StepsParams(MeshParams):
    """With the settings of the model that counts steps."""

    parameters: dict[str, float] = field(default_factory=dict)


def steps(seconds: float = 0.0, count: int = 3) -> MeshParams:
    return StepsParams("test_steps", text_prompt="a cube", parameters={"steps": count, "seconds": seconds})


def test_a_mesh_arrives_with_progress(runner: JobRunner) -> None:
    seen: list[tuple[State, float]] = []
    job = runner.submit(Task("A cube", steps(0.1)))
    wait(runner, job, lambda j: seen.append((j.state, j.progress)))
    assert job.state is State.READY, job.problem
    assert job.file is not None
    assert job.file.read_bytes()[:4] == b"glTF"
    assert isinstance(job.payload, Payload)
    assert any(s is State.RUNNING and 0 < p < 1 for s, p in seen)
    runner.finish(job)
    assert (job.state, runner.active) == (State.DONE, False)
    assert job.seconds > 0.2


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        (TextureParams("test_paint", text_prompt="oak"), TextureData),
        (SegmentParams("test_halves"), PartsData),
        (RigParams("test_bones"), RigData),
    ],
)
def test_results_fit_the_mesh_that_was_sent(runner: JobRunner, params: Any, kind: type) -> None:
    job = wait(runner, runner.submit(Task("Cube", params, CUBE)))
    assert job.state is State.READY, job.problem
    data = job.payload.change
    assert isinstance(data, kind)
    if isinstance(data, TextureData):
        assert data.corner_uv.shape == (12, 3, 2)
    elif isinstance(data, PartsData):
        assert data.triangle_part.shape == (12,)
        assert set(data.triangle_part) == {0, 1}
    elif isinstance(data, RigData):
        assert data.vertex_count == 8
        assert data.weights is not None
        np.testing.assert_allclose(data.weights.sum(axis=1), 1, atol=1e-5)


def test_cancel_is_immediate_here_and_reaches_the_server(runner: JobRunner, live_server: LiveServer) -> None:
    job = runner.submit(Task("A cube", steps(0.2, 500)))
    wait_until(lambda: runner.poll() and job.state is State.RUNNING, 20)
    runner.cancel(job.key)
    assert job.state is State.CANCELLED
    ended = live_server.wait(job.job_id)
    assert ended["error"]["error_code"] == "CANCELLED"
    time.sleep(0.2)
    runner.poll()
    assert job.state is State.CANCELLED
    assert not runner.ready()


def test_cancel_before_the_submit_submits_nothing(live_server: LiveServer, tmp_path: Path) -> None:
    gate = threading.Event()
    real = connection(live_server.url, live_server.token).connect

    def slow(profile: str) -> Any:
        gate.wait(10)
        return real()

    runner = JobRunner(slow, tmp_path)
    before = live_server.get("/jobs").json()["jobs"]
    job = runner.submit(Task("A cube", steps()))
    runner.cancel(job.key)
    gate.set()
    wait_until(lambda: not any(t.name == "pocket3d-generate" for t in threading.enumerate()))
    assert [j["job_id"] for j in live_server.get("/jobs").json()["jobs"]] == [j["job_id"] for j in before]


def test_a_refusal_is_one_sentence_and_can_be_retried(runner: JobRunner) -> None:
    job = wait(runner, runner.submit(Task("A cube", MeshParams("test_refuses", text_prompt="a cube"))))
    assert job.state is State.FAILED
    assert job.problem is not None
    assert job.problem.text.count("\n") == 0
    again = runner.retry(job.key)
    assert job.key not in runner.jobs
    assert wait(runner, again).state is State.FAILED
    runner.clear_ended()
    assert runner.jobs == {}


def test_nonsense_is_refused_before_anything_starts(runner: JobRunner) -> None:
    with pytest.raises(UserError, match="Describe"):
        runner.submit(Task("", MeshParams()))
    with pytest.raises(UserError, match="Select a mesh"):
        runner.submit(Task("x", SegmentParams()))
    assert runner.jobs == {}


class TestConnection:
    """What the status strip says."""

    def test_ready(self, live_server: LiveServer) -> None:
        link = connection(live_server.url, live_server.token)
        assert link.refresh().light is Light.READY
        assert link.status.detail.startswith("Ready")
        assert link.why_not() == ""

    def test_wrong_key(self, live_server: LiveServer) -> None:
        status = connection(live_server.url, "nonsense").refresh()
        assert (status.light, status.remedy) == (Light.OFFLINE, Remedy.PREFERENCES)

    def test_nobody_there(self) -> None:
        status = connection("http://127.0.0.1:9").refresh()
        assert (status.light, status.remedy) == (Light.OFFLINE, Remedy.RECONNECT)

    def test_another_program_on_the_port(self) -> None:
        class Other(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_error(404)

            def log_message(self, *args: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Other)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            status = connection(f"http://127.0.0.1:{server.server_port}").refresh()
        finally:
            server.shutdown()
            server.server_close()
        assert status.remedy is Remedy.PREFERENCES
        assert "not Pocket3D" in status.detail

    def test_online_access_gates_only_what_leaves_the_machine(self, live_server: LiveServer) -> None:
        status = connection("https://example.invalid").refresh()
        assert status.remedy is Remedy.ONLINE_ACCESS
        assert connection(live_server.url, live_server.token).refresh().light is Light.READY

    def test_no_address(self) -> None:
        link = Connection(Profile(Kind.REMOTE, ""), LocalServer(Paths(Path("s"), Path("h")), "python"), True)
        assert link.refresh().remedy is Remedy.PREFERENCES
