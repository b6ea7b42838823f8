"""System endpoints, probes, Prometheus, request ids, the access log and web pages: a server with GPUs and one without."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from live import TESTS, LiveServer, alive, wait_until
from prometheus_client.parser import text_string_to_metric_families

PAGE = "https://studio.example"


@pytest.fixture(scope="module")
def gpu_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Sees the two GPUs of ``fakes/pynvml.py``, logs JSON, and lets one web page in."""
    path = os.pathsep.join([str(TESTS / "fakes"), str(TESTS), os.environ.get("PYTHONPATH", "")])
    server = LiveServer(
        tmp_path_factory.mktemp("gpu"),
        "--log-format",
        "json",
        "--allowed-origin",
        f"{PAGE}/",
        PYTHONPATH=path,
        POCKET3D_EXTRA_ENGINES="engines:Steps,engines:Hangs,engines:Broken,engines:OnGpu",
        POCKET3D_CPU_JOBS="1",
        POCKET3D_LOG_LEVEL="DEBUG",
    )
    yield server
    server.stop()


def series(server: LiveServer) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples that Prometheus would take."""
    answer = requests.get(
        f"{server.url}/metrics", headers={"Authorization": f"Bearer {server.token}"}, timeout=10
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def log_lines(server: LiveServer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log_file.read_text().splitlines()]


@pytest.fixture(scope="module")
def calm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server on which no other test's models crash, which its health would tell of."""
    server = LiveServer(tmp_path_factory.mktemp("calm"))
    yield server
    server.stop()


def test_health_without_a_gpu(calm_server: LiveServer) -> None:
    body = calm_server.get("/system/health").json()
    documented = {"status", "timestamp", "gpu_status", "queue_size", "active_jobs"}
    assert set(body) == documented | {"reasons", "version", "api_version"}
    assert (body["status"], body["reasons"], body["gpu_status"]) == ("healthy", [], [])


def test_health_tells_of_each_gpu_and_of_the_lost_one(gpu_server: LiveServer) -> None:
    body = gpu_server.get("/system/health").json()
    good, lost = body["gpu_status"]
    assert {name: good[name] for name in good if name != "problem"} == {
        "id": 0,
        "name": "NVIDIA RTX 4090",
        "memory_total": 24576,
        "memory_used": 8192,
        "memory_free": 16384,
        "utilization": 0.65,
        "temperature": 72,
    }
    assert (lost["id"], lost["problem"], lost["memory_total"]) == (1, "GPU is lost", 0)
    assert body["status"] == "degraded"
    (reason,) = [reason for reason in body["reasons"] if reason["code"] == "gpu_unavailable"]
    assert "GPU 1" in reason["message"]
    assert reason["suggestion"]


def test_workers_are_processes_with_an_age_a_job_and_memory(gpu_server: LiveServer, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    job_id = gpu_server.submit("test_hangs", pid_file=str(pids))
    wait_until(pids.exists, 30)
    cpu, gpu = gpu_server.get("/system/workers").json()["workers"]
    assert (cpu["worker_id"], cpu["gpu_id"], cpu["status"]) == ("cpu_1", None, "active")
    assert (cpu["current_job"], "test_hangs" in cpu["models_loaded"]) == (job_id, True)
    assert cpu["memory_used"] > 10
    assert (gpu["worker_id"], gpu["gpu_id"], gpu["status"]) == ("gpu_0", 0, "idle")
    gpu_server.post(f"/jobs/{job_id}/cancel")
    wait_until(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()), 5)


def test_a_gpu_is_allocated_to_what_runs_on_it(gpu_server: LiveServer) -> None:
    before = gpu_server.get("/system/workers").json()
    assert before["gpu_allocation"] == {"0": "unassigned"}
    assert next(w for w in before["workers"] if w["gpu_id"] == 0)["uptime"] == 0
    job = gpu_server.wait(gpu_server.submit("test_gpu"))
    assert job["status"] == "completed"
    assert "cuda:0 of 0" in job["result"]["notes"], "its process sees this GPU and no other"
    after = gpu_server.get("/system/workers").json()
    assert after["gpu_allocation"] == {"0": "image_worker"}
    assert next(w for w in after["workers"] if w["gpu_id"] == 0)["models_loaded"] == ["test_gpu"]
    models = {model["model_id"]: model for model in gpu_server.get("/mesh/models").json()["models"]}
    assert (models["test_gpu"]["status"], models["test_gpu"]["gpu_id"]) == ("loaded", 0)


def test_metrics_count_jobs_also_after_they_are_deleted(gpu_server: LiveServer) -> None:
    before = gpu_server.get("/system/metrics").json()
    done = gpu_server.wait(gpu_server.submit(steps=1))
    broken = gpu_server.wait(gpu_server.submit("test_broken"))
    cancelled = gpu_server.submit("test_hangs")
    gpu_server.post(f"/jobs/{cancelled}/cancel")
    for job in (done, broken):
        assert gpu_server.request("DELETE", f"/jobs/{job['job_id']}").status_code == 204
    body = gpu_server.get("/system/metrics").json()
    queue, old = body["queue_metrics"], before["queue_metrics"]
    assert queue["total_jobs_processed"] == old["total_jobs_processed"] + 3
    assert queue["jobs_by_status"]["completed"] == old["jobs_by_status"]["completed"] + 1
    assert queue["jobs_by_status"]["error"] == old["jobs_by_status"]["error"] + 2
    assert (queue["current_queue_size"], queue["average_processing_time"] > 0) == (0, True)
    usage = body["model_metrics"]["usage_stats"]
    assert usage["test_steps"]["success_rate"] == 1
    assert (usage["test_broken"]["success_rate"], usage["test_broken"]["avg_time"]) == (0, 0)
    assert "test_hangs" not in usage  # cancelled, which says nothing about the model
    assert body["gpu_metrics"] == {
        "total_gpus": 2,
        "gpus_available": 1,
        "average_utilization": 0.65,
        "memory_usage": {"total": 24576, "used": 8192, "free": 16384},
    }


def test_probes_need_no_credentials_and_are_not_counted(calm_server: LiveServer) -> None:
    for path in ("/healthz", "/healthz/live"):
        for _ in range(3):
            answer = requests.get(calm_server.url + path, timeout=10)
            assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})
            assert answer.headers["X-RateLimit-Remaining"] == answer.headers["X-RateLimit-Limit"]
        assert requests.head(calm_server.url + path, timeout=10).status_code == 200


def test_prometheus_needs_credentials(live_server: LiveServer) -> None:
    refused = requests.get(f"{live_server.url}/metrics", timeout=10)
    assert (refused.status_code, refused.json()["error_code"]) == (401, "UNAUTHORIZED")


def test_prometheus_gets_what_happened(gpu_server: LiveServer) -> None:
    gpu_server.wait(gpu_server.submit(steps=1))
    for path in ("/made/up/1", "/made/up/2"):
        gpu_server.get(path)
    gpu_server.request("BREW", "/jobs")
    found = series(gpu_server)
    labels = {
        "pocket3d_jobs_total": {"model": "test_steps", "outcome": "completed", "feature": "mesh_generation"},
        "pocket3d_runner_starts_total": {"model": "test_steps"},
        "pocket3d_job_processing_seconds_count": {"model": "test_steps"},
        "pocket3d_job_wait_seconds_count": {"feature": "mesh_generation"},
        "pocket3d_job_events_total": {"event": "job_completed"},
        "pocket3d_http_requests_total": {"method": "GET", "route": "(unknown)", "status": "404"},
        "pocket3d_http_request_seconds_count": {"method": "POST", "route": "/api/v1/mesh/generate"},
        "pocket3d_scheduler_turn_seconds_count": {},
        "pocket3d_gpu_utilization_ratio": {"gpu": "0"},
        "pocket3d_gpu_memory_bytes": {"gpu": "0"},
        "pocket3d_workers": {"status": "idle"},
        "pocket3d_storage_bytes": {},
    }
    for name, wanted in labels.items():
        assert found[name, tuple(sorted(wanted.items()))] > 0, name
    names = {dict(labels).get("method") for name, labels in found if name == "pocket3d_http_requests_total"}
    assert "BREW" not in names
    assert "made" not in str([labels for _, labels in found])


def test_open_streams_are_counted_while_they_are_open(gpu_server: LiveServer) -> None:
    job_id = gpu_server.submit("test_hangs")
    key = ("pocket3d_open_streams", (("kind", "events"),))
    before = series(gpu_server).get(key, 0)
    with gpu_server.get(f"/jobs/{job_id}/events", stream=True) as stream:
        lines = stream.iter_lines()
        next(lines)
        assert series(gpu_server)[key] == before + 1
        gpu_server.post(f"/jobs/{job_id}/cancel")
        assert list(lines)  # to the end
    wait_until(lambda: series(gpu_server)[key] == before)


def test_a_request_can_be_followed_into_its_job_and_the_runners_words(gpu_server: LiveServer) -> None:
    body = {"text_prompt": "x", "model_preference": "test_gpu", "parameters": {"steps": 1}}
    answer = gpu_server.post("/mesh/generate", body, headers={"X-Request-ID": "blender-42:a.b_c"})
    assert answer.headers["X-Request-ID"] == "blender-42:a.b_c"
    job_id = answer.json()["job_id"]
    gpu_server.wait(job_id)
    lines = wait_until(lambda: [line for line in log_lines(gpu_server) if line.get("job_id") == job_id][2:])
    lines = [line for line in log_lines(gpu_server) if line.get("job_id") == job_id]
    assert {line["request_id"] for line in lines} == {"blender-42:a.b_c"}
    said = next(line for line in lines if line["message"] == "I speak from a runner")
    assert (said["model"], said["pid"] > 0) == ("test_gpu", True)
    (access,) = [
        line
        for line in log_lines(gpu_server)
        if line.get("request_id") == "blender-42:a.b_c" and "ms" in line
    ]
    assert (access["route"], access["status"], access["account"]) == ("/api/v1/mesh/generate", 202, "local")
    assert access["bytes"] == len(answer.content)


@pytest.mark.parametrize("wanted", ["", "x" * 65, "a b", "-rf", "<script>", "ü"])
def test_a_request_id_that_is_not_sane_is_replaced(live_server: LiveServer, wanted: str) -> None:
    answer = live_server.get("/jobs", headers={"X-Request-ID": wanted.encode()})
    assert re.fullmatch(r"req_[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_polls_that_were_answered_leave_no_line(live_server: LiveServer) -> None:
    job_id = live_server.submit()
    for number, path in enumerate([f"/jobs/{job_id}", f"/mesh/status/{job_id}", "/system/health"]):
        assert live_server.get(path, headers={"X-Request-ID": f"poll-{number}"}).status_code == 200
    live_server.get("/jobs/job_unknown", headers={"X-Request-ID": "refused-poll"})
    text = wait_until(lambda: (t := live_server.log_file.read_text()).count("refused-poll") and t)
    assert "poll-0" not in text
    assert "poll-1" not in text
    assert "poll-2" not in text


def test_the_access_log_knows_no_tokens(gpu_server: LiveServer) -> None:
    token = gpu_server.post("/auth/token").json()["access_token"]
    gpu_server.get(f"/jobs?access_token={token}", token=None)
    gpu_server.get(f"/files/outputs/x?token={token}")
    text = wait_until(lambda: (t := gpu_server.log_file.read_text()).count("outputs/x") and t)
    assert token not in text
    assert gpu_server.token not in text


def test_pages_of_a_named_origin_may_use_the_server(gpu_server: LiveServer) -> None:
    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    answer = gpu_server.request("OPTIONS", "/mesh/generate", token=None, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    for header in ("Authorization", "Idempotency-Key", "Last-Event-ID"):
        assert header in answer.headers["Access-Control-Allow-Headers"]
    for answer in (
        gpu_server.get("/jobs", headers={"Origin": PAGE}),
        gpu_server.get("/jobs/none", headers={"Origin": PAGE}),
        gpu_server.get("/jobs", headers={"Origin": PAGE}, token=None),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "Origin" in answer.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        for header in ("X-Request-ID", "Retry-After", "X-RateLimit-Remaining", "ETag", "Location"):
            assert header in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://studio.example.evil", "http://["]
)
def test_other_pages_may_not(gpu_server: LiveServer, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        answer = gpu_server.request(method, "/jobs", headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "FORBIDDEN")
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_allowed_origins_no_page_is_told_anything(live_server: LiveServer) -> None:
    answer = live_server.get("/jobs", headers={"Origin": "http://localhost:3000"})
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
