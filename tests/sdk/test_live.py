"""The Python client against the real server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from live import LiveServer
from pocket3d import (
    JobEvent,
    JobFailedError,
    Pocket3DAPIError,
    Pocket3DClient,
    RigResult,
    SegmentResult,
)


@pytest.fixture
def client(live_server: LiveServer) -> Pocket3DClient:
    return Pocket3DClient(live_server.token, live_server.url)


def test_from_a_prompt_to_a_rig(client: Pocket3DClient, tmp_path: Path) -> None:
    events: list[JobEvent] = []
    pace = {"seconds": 0.15}  # progress is written five times a second
    job = client.mesh.generate_from_text("a cube", model_preference="test_steps", seed=7, parameters=pace)
    result = client.wait_for_completion(job.job_id, timeout=60, on_progress=events.append)
    assert (result.vertices, result.faces, result.format) == (8, 12, "glb")
    assert {"job_started", "progress_update", "job_completed"} <= {e.event for e in events}
    fractions = [e.progress for e in events if e.progress is not None]
    assert fractions == sorted(fractions)
    path = client.download(job, tmp_path / "cube.glb")
    assert path.stat().st_size == result.file_size

    chained = client.segment.analyze(job, model_preference="test_halves")
    parts = client.wait_for_completion(chained)
    assert isinstance(parts, SegmentResult)
    assert [p.part_id for p in parts.parts] == ["head", "body"]
    uploaded = client.rig.generate(path, model_preference="test_bones")
    rig = client.wait_for_completion(uploaded)
    assert isinstance(rig, RigResult)
    assert [b.name for b in rig.bones] == ["Root", "Spine"]
    assert rig.bones[1].parent == "Root"


def test_the_same_key_is_the_same_job(client: Pocket3DClient) -> None:
    first = client.mesh.generate_from_text("a cube", model_preference="test_steps", idempotency_key="k1")
    again = client.mesh.generate_from_text("a cube", model_preference="test_steps", idempotency_key="k1")
    assert first.job_id == again.job_id
    with pytest.raises(Pocket3DAPIError) as caught:
        client.mesh.generate_from_text("a ball", model_preference="test_steps", idempotency_key="k1")
    assert caught.value.status_code == 422


def test_cancel_list_and_delete(client: Pocket3DClient) -> None:
    slow = {"steps": 500, "seconds": 0.2}
    job = client.mesh.generate_from_text("a cube", model_preference="test_steps", parameters=slow)
    assert client.jobs.cancel(job).finished
    with pytest.raises(JobFailedError) as caught:
        client.wait_for_completion(job, timeout=20)
    assert caught.value.error_code == "CANCELLED"
    assert job.job_id in {j.job_id for j in client.jobs.iterate(status="error")}
    client.jobs.delete(job)
    with pytest.raises(Pocket3DAPIError) as gone:
        client.jobs.get(job.job_id)
    assert gone.value.error_code == "NOT_FOUND"


def test_errors_carry_code_and_advice(client: Pocket3DClient, live_server: LiveServer) -> None:
    with pytest.raises(Pocket3DAPIError) as caught:
        client.mesh.generate_from_text("a cube", quality="ultra")
    assert (caught.value.error_code, caught.value.status_code) == ("INVALID_INPUT", 422)
    assert caught.value.request_id
    with pytest.raises(Pocket3DAPIError) as unknown:
        Pocket3DClient("wrong", live_server.url).system.health()
    assert unknown.value.error_code == "UNAUTHORIZED"


def test_the_server_describes_itself(client: Pocket3DClient) -> None:
    health = client.system.health()
    assert health.status != "unhealthy"  # it may be degraded: tests before this one let models crash
    models = {m.model_id: m for m in client.models.list()}
    assert models["test_steps"].ready
    assert not models["test_unready"].ready
    assert models["test_unready"].remedy
    assert client.system.metrics().queue_metrics["total_jobs_processed"] >= 0
    assert client.system.workers().gpu_allocation is not None
    assert client.rate_limit is not None
    assert os.getpid() in client.system.add_parent(os.getpid())


def test_files_uploads_webhooks_and_account(client: Pocket3DClient, tmp_path: Path) -> None:
    job = client.mesh.generate_from_text("a cube", model_preference="test_steps")
    client.wait_for_completion(job, 60)
    file = client.download(job, tmp_path / "cube.glb")
    told: list[tuple[int, int]] = []
    (path,) = client.mesh.upload(file, on_progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] > file.stat().st_size
    kept = {one.path: one for one in client.files.iterate()}
    assert kept[path].size == file.stat().st_size
    client.files.delete(path)
    assert path not in {one.path for one in client.files.iterate()}

    hook = client.webhooks.create("https://93.184.215.14/hook", ["job_completed"])
    assert hook.secret is not None
    assert hook.secret.startswith("whsec_")
    assert [(w.id, w.secret) for w in client.webhooks.list() if w.id == hook.id] == [(hook.id, None)]
    client.webhooks.delete(hook.id)
    assert hook.id not in {w.id for w in client.webhooks.list()}

    account = client.account.get()
    assert account.limits["files_per_upload"] == 10
    assert list(client.account.usage()) == [], "the account of this machine is not metered"
