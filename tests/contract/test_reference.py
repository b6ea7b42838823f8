"""The examples of the API reference, each sent to a live server and compared with the documented answer."""

from __future__ import annotations

import base64
import io
import json
import re
from datetime import datetime
from typing import Any

import pytest
import requests
from live import LiveServer
from PIL import Image
from simple_websocket import Client, ConnectionClosed

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def picture(kind: str = "JPEG", colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, kind)
    return out.getvalue()


def data_uri(kind: str = "JPEG") -> str:
    return f"data:image/{kind.lower()};base64,{base64.b64encode(picture(kind)).decode()}"


@pytest.fixture(scope="module")
def mesh_job(live_server: LiveServer) -> dict[str, Any]:
    """A finished mesh."""
    return live_server.wait(live_server.submit())


def assert_submitted(answer: requests.Response, message: str) -> str:
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert re.match(r"^job_\w+$", body["job_id"])
    assert (body["status"], body["message"]) == ("queued", message)
    assert TIME.match(body["estimated_completion"])
    return str(body["job_id"])


def test_every_answer_bears_its_rate_limit_and_its_id(live_server: LiveServer) -> None:
    for answer in (
        live_server.get("/system/health"),
        live_server.get("/nothing"),
        live_server.get("/jobs", token=None),
    ):
        assert int(answer.headers["X-RateLimit-Limit"]) > int(answer.headers["X-RateLimit-Remaining"]) >= 0
        assert int(answer.headers["X-RateLimit-Reset"]) > datetime.now().timestamp()
        assert answer.headers["X-Request-ID"].startswith("req_")


def test_generate_mesh_from_text(live_server: LiveServer) -> None:
    body = {
        "text_prompt": "A red sports car",
        "model_preference": "test_steps",
        "output_format": "glb",
        "quality": "high",
        "texture_resolution": 2048,
        "seed": 42,
    }
    job_id = assert_submitted(live_server.post("/mesh/generate", body), "Job queued successfully")
    job = live_server.wait(job_id)
    assert job["result"]["seed"] == 42
    assert job["request"]["text_prompt"] == "A red sports car"
    again = live_server.wait(live_server.post("/mesh/generate", body).json()["job_id"])
    assert again["result"]["sha256"] == job["result"]["sha256"]


def test_generate_mesh_from_images(live_server: LiveServer) -> None:
    body = {"images": [data_uri(), data_uri("PNG")], "model_preference": "test_steps", "output_format": "glb"}
    job_id = assert_submitted(live_server.post("/mesh/generate", body), "Job queued successfully")
    assert live_server.wait(job_id)["status"] == "completed"


def test_upload_images_and_use_them(live_server: LiveServer) -> None:
    sent = [("files", ("a.jpg", picture(), "image/jpeg")), ("files", ("b.jpg", picture(), "image/jpeg"))]
    answer = live_server.post("/mesh/upload", files=sent).json()
    assert answer["message"] == "Uploaded 2 files"
    assert all(re.match(r"^uploads/img_\w+\.jpg$", path) for path in answer["files"])
    body = {"images": answer["files"], "model_preference": "test_steps"}
    assert_submitted(live_server.post("/mesh/generate", body), "Job queued successfully")


def test_job_status(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    body = live_server.get(f"/mesh/status/{mesh_job['job_id']}").json()
    assert (body["status"], body["feature"]) == ("completed", "mesh_generation")
    assert all(TIME.match(body[name]) for name in ("created_at", "started_at", "completed_at"))
    result = body["result"]
    assert re.match(r"^outputs/mesh_\w+\.glb$", result["file_path"])
    assert re.match(r"^outputs/preview_\w+\.jpg$", result["preview_image"])
    assert (result["format"], result["vertices"], result["faces"], result["has_texture"]) == (
        "glb",
        8,
        12,
        False,
    )
    assert result["file_size"] == (live_server.data_dir / result["file_path"]).stat().st_size


def test_download(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    answer = live_server.get(f"/mesh/download/{mesh_job['job_id']}")
    assert answer.headers["Content-Type"] == "model/gltf-binary"
    assert answer.content.startswith(b"glTF")


def test_download_obj_as_zip(live_server: LiveServer) -> None:
    body = {"text_prompt": "x", "model_preference": "test_steps", "output_format": "obj"}
    job_id = live_server.post("/mesh/generate", body).json()["job_id"]
    assert live_server.wait(job_id)["result"]["format"] == "obj"
    assert live_server.get(f"/mesh/download/{job_id}").headers["Content-Type"] == "application/zip"


def test_models(live_server: LiveServer) -> None:
    models = {m["model_id"]: m for m in live_server.get("/mesh/models").json()["models"]}
    steps = models["test_steps"]
    assert steps["status"] in ("loaded", "available")
    assert (steps["gpu_id"], steps["vram_requirement"]) == (None, 0)
    assert steps["supported_formats"] == {"input": ["text", "image"], "output": ["glb", "obj"]}
    assert steps["estimated_time"] == "about 1 second"
    assert steps["parameters"]["properties"]["steps"]["maximum"] == 100_000
    unready = models["test_unready"]
    assert (unready["status"], unready["ready"]) == ("unavailable", False)
    assert "weights" in unready["reason"]
    assert "models install" in unready["remedy"]


def test_generate_texture(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    body = {
        "mesh_file": mesh_job["result"]["file_path"],
        "text_prompt": "Medieval stone castle walls",
        "images": [data_uri()],
        "model_preference": "test_paint",
        "texture_resolution": 2048,
        "style": "realistic",
        "intensity": 0.5,
    }
    job_id = assert_submitted(live_server.post("/texture/generate", body), "Texture generation job queued")
    job = live_server.wait(job_id)
    assert job["feature"] == "texture_generation"
    assert job["result"]["has_texture"] is True


def test_segment(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    body = {
        "mesh_file": f"job:{mesh_job['job_id']}",
        "model_preference": "test_halves",
        "segmentation_level": "coarse",
        "output_format": "glb",
    }
    job_id = assert_submitted(live_server.post("/segment/analyze", body), "Segmentation job queued")
    result = live_server.wait(job_id)["result"]
    assert result["total_parts"] == 2
    head = result["parts"][0]
    assert (head["part_id"], head["label"], head["vertices"], head["faces"]) == ("head", "Head", 8, 12)
    assert re.match(r"^#[0-9A-F]{6}$", head["color"])


@pytest.mark.parametrize("weights", [True, False])
def test_rig(live_server: LiveServer, mesh_job: dict[str, Any], weights: bool) -> None:
    body = {
        "mesh_file": mesh_job["result"]["file_path"],
        "model_preference": "test_bones",
        "character_type": "humanoid",
        "output_format": "glb",
        "include_weights": weights,
    }
    job_id = assert_submitted(live_server.post("/rig/generate", body), "Auto-rigging job queued")
    result = live_server.wait(job_id)["result"]
    assert result["bone_count"] == 2
    assert result["bones"][1]["parent"] == "Root"
    assert result["bones"][0]["parent"] is None
    assert result["bones"][1]["position"] == [0, 0.5, 0]
    assert len(result["bones"][1]["rotation"]) == 4
    assert result["animation_ready"] is weights


def test_health(live_server: LiveServer) -> None:
    body = live_server.get("/system/health").json()
    assert body["status"] == "healthy"
    assert TIME.match(body["timestamp"])
    assert isinstance(body["gpu_status"], list)
    assert body["queue_size"] >= 0
    assert body["active_jobs"] >= 0


def test_metrics(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    body = live_server.get("/system/metrics").json()
    queue = body["queue_metrics"]
    assert (
        queue["total_jobs_processed"]
        == queue["jobs_by_status"]["completed"] + queue["jobs_by_status"]["error"]
        > 0
    )
    assert queue["average_processing_time"] > 0
    assert set(queue["jobs_by_status"]) == {"queued", "processing", "completed", "error"}
    assert set(body["gpu_metrics"]["memory_usage"]) == {"total", "used", "free"}
    usage = body["model_metrics"]["usage_stats"]["test_steps"]
    assert usage["requests"] > 0
    assert 0 < usage["success_rate"] <= 1
    assert body["model_metrics"]["models_loaded"] >= 1


def test_workers(live_server: LiveServer, mesh_job: dict[str, Any]) -> None:
    body = live_server.get("/system/workers").json()
    assert len(body["workers"]) >= 2
    assert any("test_steps" in worker["models_loaded"] for worker in body["workers"])
    assert {"worker_id", "gpu_id", "status", "current_job", "models_loaded", "uptime"} == set(
        body["workers"][0]
    )


class Listener(Client):
    """simple-websocket's client, without its habit of leaving frames unread that come with the handshake."""

    def handshake(self) -> None:
        super().handshake()
        self._handle_events()
        self.connected = True  # if the server has closed already, the next read says so


def listen(
    server: LiveServer, job_id: str, query: str = "", token: str | None = None
) -> list[dict[str, Any]]:
    """All messages of the job's WebSocket until the server closes it."""
    url = server.url.replace("http", "ws") + f"/api/v1/ws/jobs/{job_id}{query}"
    headers = {} if token == "" else {"Authorization": f"Bearer {token or server.token}"}
    socket = Listener(url, headers=headers)
    messages = []
    try:
        while True:
            text = socket.receive(timeout=20)
            assert text, "no message in 20 s"
            messages.append(json.loads(text))
    except ConnectionClosed as closed:
        messages.append({"closed": int(closed.reason)})
    return messages


def test_websocket_events(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=4, seconds=0.05)
    *events, end = listen(live_server, job_id)
    assert end == {"closed": 1000}
    kinds = [event["event"] for event in events]
    assert kinds[:2] == ["job_queued", "job_started"]
    assert kinds[-1] == "job_completed"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert all(event["job_id"] == job_id for event in events)
    updates = [event for event in events if event["event"] == "progress_update"]
    assert all(0 <= u["progress"] <= 1 and u["stage"] and TIME.match(u["eta"]) for u in updates)
    assert [u["progress"] for u in updates] == sorted(u["progress"] for u in updates)
    assert events[-1]["result"]["file_path"].startswith("outputs/mesh_")
    assert TIME.match(events[1]["timestamp"])
    *rest, _ = listen(live_server, job_id, f"?after={len(events) - 1}")
    assert rest == events[-1:]


def test_websocket_of_a_failed_job(live_server: LiveServer) -> None:
    *_, failed, end = listen(live_server, live_server.submit("test_refuses"))
    assert failed["event"] == "job_failed"
    assert failed["error"] == "The prompt names nothing."
    assert end == {"closed": 1000}


def test_websocket_of_an_unknown_job_and_without_credentials(live_server: LiveServer) -> None:
    assert listen(live_server, "job_nothing") == [{"closed": 4404}]
    for after in ("x", "-1"):
        assert listen(live_server, live_server.submit(), f"?after={after}") == [{"closed": 4422}]
    with pytest.raises(Exception, match=r"401|Connection error"):
        listen(live_server, "job_nothing", token="")


def test_browsers_give_a_short_lived_token_in_the_url(
    live_server: LiveServer, mesh_job: dict[str, Any]
) -> None:
    token = live_server.post("/auth/token").json()["access_token"]
    *events, _ = listen(live_server, mesh_job["job_id"], f"?access_token={token}", token="")
    assert events[-1]["event"] == "job_completed"


def test_error_envelope(live_server: LiveServer) -> None:
    answer = live_server.post("/mesh/generate", {})
    body = answer.json()
    assert set(body) == {"error_code", "message", "details", "timestamp", "request_id"}
    assert body["error_code"] == "INVALID_INPUT"
    assert TIME.match(body["timestamp"])
    assert body["request_id"] == answer.headers["X-Request-ID"]
