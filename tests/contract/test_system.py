"""Chapter System Endpoints: answers of the documented shape, with numbers that add up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from contract.reference import example
from contract.shapes import assert_shape
from live import LiveServer
from pocket3d_server.runners.devices import Gpu


@pytest.fixture(scope="module", autouse=True)
def mesh_job(live_server: LiveServer) -> dict[str, Any]:
    """A finished job, so that there is something to count."""
    return live_server.wait(live_server.submit())


def test_health(live_server: LiveServer) -> None:
    documented = example("Health Check / Response")
    answer = live_server.get("/system/health").json()
    assert_shape(documented, answer)
    crashes = {"model_crashes", "model_set_aside"}  # tests before this one may have caused some on purpose
    told = {reason["code"] for reason in answer["reasons"]}
    assert answer["status"] == documented["status"] or (told and told <= crashes)
    for gpu in documented["gpu_status"]:  # the test machine may have none
        assert_shape(gpu, asdict(Gpu(**gpu)))


def test_metrics(live_server: LiveServer) -> None:
    answer = live_server.get("/system/metrics").json()
    assert_shape(example("System Metrics / Response"), answer)
    queue = answer["queue_metrics"]
    by_status = queue["jobs_by_status"]
    assert set(by_status) == {"queued", "processing", "completed", "error"}
    assert queue["total_jobs_processed"] >= 1
    assert queue["average_processing_time"] > 0
    usage = answer["model_metrics"]["usage_stats"]["test_steps"]
    assert usage["requests"] > 0
    assert 0 < usage["success_rate"] <= 1
    assert answer["model_metrics"]["models_loaded"] >= 1


def test_workers(live_server: LiveServer) -> None:
    documented = example("Worker Status / Response")
    answer = live_server.get("/system/workers").json()
    assert_shape(documented, answer)
    assert answer["workers"]
    assert any("test_steps" in worker["models_loaded"] for worker in answer["workers"])
    job_id = live_server.submit(steps=1000, seconds=0.05)
    for line in live_server.get(f"/jobs/{job_id}/events", stream=True).iter_lines():
        if b"progress_update" in line:
            break
    busy = [w for w in live_server.get("/system/workers").json()["workers"] if w["current_job"] == job_id]
    models = {model["model_id"]: model for model in live_server.get("/mesh/models").json()["models"]}
    assert models["test_steps"]["status"] == "loaded"
    assert models["test_steps"]["processing_count"] >= 1
    live_server.post(f"/jobs/{job_id}/cancel")
    assert [worker["status"] for worker in busy] == [documented["workers"][0]["status"]]
