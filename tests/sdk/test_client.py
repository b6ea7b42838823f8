"""The Python client against a real HTTP server whose behaviour each test sets."""

from __future__ import annotations

import email
import email.policy
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pocket3d import (
    JobFailedError,
    Pocket3DAPIError,
    Pocket3DClient,
    Pocket3DConnectionError,
    Pocket3DTimeoutError,
    RigResult,
    SegmentResult,
)

Route = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers with the route set for the method and path."""

    protocol_version = "HTTP/1.1"
    routes: dict[str, Route]
    seen: list[tuple[str, dict[str, str], bytes]]

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((f"{self.command} {self.path}", dict(self.headers), body))
        route = self.routes.get(f"{self.command} {self.path.split('?')[0]}")
        if route is None:
            self.reply(404, {"error_code": "NOT_FOUND", "message": "No such thing", "details": {}})
        else:
            route(self)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

    def reply(self, status: int, body: dict[str, Any], **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def events(self, *events: dict[str, Any], first_id: int = 1) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number, event in enumerate(events, first_id):
            self.wfile.write(f": beat\n\nid: {number}\ndata: {json.dumps(event)}\n\n".encode())
        self.close_connection = True

    def log_message(self, *args: Any) -> None:
        pass


class Server:
    """A running server with its routes and what it saw."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[tuple[str, dict[str, str], bytes]] = []
        handler = type("H", (Handler,), {"routes": self.routes, "seen": self.seen})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def on(self, name: str, *answers: tuple[int, dict[str, Any]] | Route) -> None:
        """Give these answers one after the other, the last one for ever."""
        method, path = name.split()
        left = list(answers)

        def route(handler: Handler) -> None:
            answer = left.pop(0) if len(left) > 1 else left[0]
            if callable(answer):
                answer(handler)
            else:
                handler.reply(*answer)

        self.routes[f"{method} /api/v1{path}"] = route

    def requests(self, name: str) -> list[tuple[dict[str, str], bytes]]:
        method, path = name.split()
        return [(h, b) for n, h, b in self.seen if n.split("?")[0] == f"{method} /api/v1{path}"]


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def client(server: Server) -> Iterator[Pocket3DClient]:
    with Pocket3DClient("secret", server.url, timeout=5) as made:
        yield made


QUEUED = {"job_id": "job_1", "status": "queued", "message": "Job queued successfully"}
COMPLETED = {
    "job_id": "job_1",
    "status": "completed",
    "feature": "mesh_generation",
    "result": {
        "file_path": "outputs/mesh_1.glb",
        "format": "glb",
        "vertices": 8,
        "faces": 12,
        "new_field": 1,
    },
}


def test_the_references_lines(server: Server, client: Pocket3DClient) -> None:
    server.on("POST /mesh/generate", (202, QUEUED))
    server.on("GET /mesh/status/job_1", (200, COMPLETED))
    job = client.mesh.generate_from_text(prompt="A red sports car", quality="high")
    result = client.wait_for_completion(job.job_id)
    assert result.file_path == "outputs/mesh_1.glb"
    assert (result.vertices, result.raw["new_field"]) == (8, 1)
    headers, body = server.requests("POST /mesh/generate")[0]
    assert json.loads(body) == {"text_prompt": "A red sports car", "quality": "high"}
    assert headers["Authorization"] == "Bearer secret"


def test_address_and_key_come_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POCKET3D_BASE_URL", server.url + "/")
    monkeypatch.setenv("POCKET3D_API_KEY", "from-env")
    server.on("GET /system/health", (200, {"status": "healthy"}))
    client = Pocket3DClient()
    assert client.base_url == server.url + "/api/v1"
    assert client.system.health().status == "healthy"
    assert server.seen[0][1]["Authorization"] == "Bearer from-env"
    with pytest.raises(ValueError, match="http"):
        Pocket3DClient(base_url="localhost:80")


def test_an_empty_key_is_none_and_not_that_of_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One server's key must not be sent to another one."""
    monkeypatch.setenv("POCKET3D_API_KEY", "of another server")
    server.on("GET /system/health", (200, {"status": "healthy"}))
    Pocket3DClient("", server.url).system.health()
    assert "Authorization" not in server.seen[0][1]


def test_a_passing_failure_is_retried_with_the_same_key(server: Server, client: Pocket3DClient) -> None:
    busy = {"error_code": "MODEL_UNAVAILABLE", "message": "Busy"}
    conflict = {"error_code": "CONFLICT", "message": "The same request is being handled"}
    server.on("POST /rig/generate", (503, busy), (409, conflict), (202, QUEUED))
    client.rig.generate("uploads/a.glb", character_type="humanoid")
    keys = {h["Idempotency-Key"] for h, _ in server.requests("POST /rig/generate")}
    assert len(server.requests("POST /rig/generate")) == 3
    assert len(keys) == 1


def test_retry_after_is_obeyed_and_a_long_one_is_the_callers(server: Server, client: Pocket3DClient) -> None:
    limited = {"error_code": "RATE_LIMITED", "message": "Slow down"}
    server.on("GET /system/health", lambda h: h.reply(429, limited, Retry_After="3600"))
    with pytest.raises(Pocket3DAPIError) as caught:
        client.system.health()
    assert (caught.value.error_code, caught.value.retry_after) == ("RATE_LIMITED", 3600)
    assert len(server.seen) == 1


def test_the_error_envelope(server: Server, client: Pocket3DClient) -> None:
    server.on(
        "POST /segment/analyze",
        (
            400,
            {
                "error_code": "INVALID_INPUT",
                "message": "min_part_size must be at least 1",
                "details": {"suggestion": "Use 100"},
                "request_id": "req_9",
            },
        ),
    )
    with pytest.raises(Pocket3DAPIError) as caught:
        client.segment.analyze("job:job_1", min_part_size=0)
    error = caught.value
    assert (error.error_code, error.status_code, error.suggestion) == ("INVALID_INPUT", 400, "Use 100")
    assert "Use 100" in str(error)
    assert "req_9" in str(error)


def test_another_service_on_the_port_is_recognised(server: Server, client: Pocket3DClient) -> None:
    server.on("GET /system/health", lambda h: h.reply(404, {"detail": "Not Found"}))
    with pytest.raises(Pocket3DConnectionError) as caught:
        client.system.health()
    assert caught.value.error_code == "WRONG_SERVICE"


def test_nobody_there() -> None:
    with pytest.raises(Pocket3DConnectionError, match="Cannot reach"):
        Pocket3DClient(base_url="http://127.0.0.1:9", retries=0).system.health()


def test_files_are_uploaded_or_inlined(server: Server, client: Pocket3DClient, tmp_path: Path) -> None:
    server.on("POST /mesh/upload", (200, {"files": ["uploads/m.glb"], "message": "Uploaded 1 files"}))
    server.on("POST /texture/generate", (202, QUEUED))
    mesh = tmp_path / "chair.glb"
    mesh.write_bytes(b"glTF-bytes")
    client.texture.generate(mesh, text_prompt="oak", images=[b"\x89PNG\r\n", "uploads/x.jpg"])
    _, form = server.requests("POST /mesh/upload")[0]
    assert b"glTF-bytes" in form
    assert b'filename="chair.glb"' in form
    body = json.loads(server.requests("POST /texture/generate")[0][1])
    assert body["mesh_file"] == "uploads/m.glb"
    assert body["images"][0].startswith("data:image/png;base64,")
    assert body["images"][1] == "uploads/x.jpg"


def test_what_a_name_means_depends_on_the_field(
    server: Server, client: Pocket3DClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("POST /texture/generate", (202, QUEUED))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "own.png").write_bytes(b"\x89PNG")
    client.texture.generate(
        "job:job_1", images="outputs/own.png"
    )  # an output is no image, so it is a local file
    body = json.loads(server.requests("POST /texture/generate")[0][1])
    assert body["mesh_file"] == "job:job_1"
    assert body["images"][0].startswith("data:image/png;base64,")


def test_an_upload_streams_and_is_repeated_whole(
    server: Server, client: Pocket3DClient, tmp_path: Path
) -> None:
    first, second = tmp_path / "a.glb", tmp_path / "b.png"
    first.write_bytes(bytes(range(256)) * 9000)
    second.write_bytes(b"\x89PNG")
    busy = {"error_code": "MODEL_UNAVAILABLE", "message": "Busy"}
    server.on("POST /mesh/upload", (503, busy), (200, {"files": ["uploads/a.glb", "uploads/b.png"]}))
    assert client.mesh.upload([first, second]) == ["uploads/a.glb", "uploads/b.png"]
    (headers, one), (_, two) = server.requests("POST /mesh/upload")
    assert one == two
    assert headers["Content-Length"] == str(len(one))
    assert "Transfer-Encoding" not in headers
    message = email.message_from_bytes(
        f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + one, policy=email.policy.HTTP
    )
    names = [(p.get_filename(), p.get_content_type()) for p in message.iter_parts()]
    assert names[1] == ("b.png", "image/png")
    assert first.read_bytes() in one


def test_progress_arrives_through_events(server: Server, client: Pocket3DClient) -> None:
    server.on(
        "GET /jobs/job_1/events",
        lambda h: h.events(
            {"event": "job_started", "job_id": "job_1"},
            {"event": "progress_update", "job_id": "job_1", "progress": 0.5, "stage": "baking"},
        ),
        lambda h: h.events({"event": "job_completed", "job_id": "job_1"}, first_id=3),
    )
    server.on("GET /mesh/status/job_1", (200, {**QUEUED, "status": "processing"}), (200, COMPLETED))
    seen: list[tuple[str, float | None]] = []
    client.wait_for_completion(
        "job_1", on_progress=lambda e: seen.append((e.event, e.progress)), poll_interval=0.01
    )
    assert seen == [("job_started", None), ("progress_update", 0.5), ("job_completed", None)]
    assert server.requests("GET /jobs/job_1/events")[1][0]["Last-Event-ID"] == "2"


def test_an_error_of_the_listener_is_the_callers(server: Server, client: Pocket3DClient) -> None:
    """Not one that the client takes for a broken stream."""
    server.on("GET /jobs/job_1/events", lambda h: h.events({"event": "job_started", "job_id": "job_1"}))

    def listener(event: object) -> None:
        raise ValueError("of the listener")

    with pytest.raises(ValueError, match="of the listener"):
        client.wait_for_completion("job_1", on_progress=listener)


def test_polling_where_there_are_no_events(server: Server, client: Pocket3DClient) -> None:
    halfway = {**QUEUED, "status": "processing", "progress": 0.3, "stage": "unwrapping"}
    server.on("GET /mesh/status/job_1", (200, QUEUED), (200, halfway), (200, COMPLETED))
    seen: list[str] = []
    client.wait_for_completion("job_1", on_progress=lambda e: seen.append(e.stage or ""), poll_interval=0.01)
    assert seen == ["", "unwrapping"]
    assert len(server.requests("GET /jobs/job_1/events")) == 1


def test_time_out(server: Server, client: Pocket3DClient) -> None:
    server.on("GET /mesh/status/job_1", (200, QUEUED))
    with pytest.raises(Pocket3DTimeoutError, match="still running"):
        client.wait_for_completion("job_1", timeout=0.2, poll_interval=0.05)


def test_a_failed_job_raises_its_code(server: Server, client: Pocket3DClient) -> None:
    error = {"error_code": "CANCELLED", "message": "The job was cancelled"}
    server.on("GET /mesh/status/job_1", (200, {"job_id": "job_1", "status": "error", "error": error}))
    with pytest.raises(JobFailedError) as caught:
        client.wait_for_completion("job_1")
    assert (caught.value.error_code, caught.value.job_id) == ("CANCELLED", "job_1")


def test_results_are_typed(server: Server, client: Pocket3DClient) -> None:
    parts = [{"part_id": "head", "label": "Head", "faces": 3, "color": "#FF0000"}]
    segmented = {"file_path": "outputs/s.glb", "parts": parts, "total_parts": 1}
    server.on(
        "GET /jobs/job_1",
        (200, {**COMPLETED, "feature": "mesh_segmentation", "result": segmented}),
        (200, {**COMPLETED, "feature": "auto_rigging", "result": {"bones": [{"name": "Root"}]}}),
    )
    result = client.jobs.get("job_1").result
    assert isinstance(result, SegmentResult)
    assert result.parts[0].label == "Head"
    rig = client.jobs.get("job_1").result
    assert isinstance(rig, RigResult)
    assert rig.bones[0].rotation == [0, 0, 0, 1]


def test_a_cut_download_goes_on_where_it_broke(
    server: Server, client: Pocket3DClient, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000

    def first_half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("ETag", '"v1"')
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[:100_000])
        handler.close_connection = True

    def rest(handler: Handler) -> None:
        start = int(handler.headers["Range"].removeprefix("bytes=").rstrip("-"))
        assert handler.headers["If-Range"] == '"v1"'
        handler.send_response(206)
        handler.send_header("Content-Length", str(len(content) - start))
        handler.end_headers()
        handler.wfile.write(content[start:])

    server.on("GET /mesh/download/job_1", first_half, rest)
    marks: list[tuple[int, int | None]] = []
    path = client.download("job_1", tmp_path / "new" / "a.glb", lambda *mark: marks.append(mark))
    assert path.read_bytes() == content
    assert marks[-1] == (len(content), len(content))
    assert [p.name for p in path.parent.iterdir()] == ["a.glb"]


def test_a_download_that_never_completes_leaves_nothing(
    server: Server, client: Pocket3DClient, tmp_path: Path
) -> None:
    with pytest.raises(Pocket3DAPIError) as caught:
        client.download("job_2", tmp_path / "a.glb")
    assert caught.value.error_code == "NOT_FOUND"
    assert list(tmp_path.iterdir()) == []


def test_jobs_are_listed_page_by_page_and_cancelled(server: Server, client: Pocket3DClient) -> None:
    server.on(
        "GET /jobs",
        (200, {"jobs": [QUEUED], "next_cursor": "c2"}),
        (200, {"jobs": [COMPLETED], "next_cursor": None}),
    )
    assert [j.status for j in client.jobs.iterate()] == ["queued", "completed"]
    assert server.seen[1][0].endswith("?cursor=c2")
    cancelled = {"job_id": "job_1", "status": "error", "error": {"error_code": "CANCELLED"}}
    server.on("POST /jobs/job_1/cancel", (200, cancelled))
    assert client.jobs.cancel("job_1").finished


def test_the_quota_is_kept(server: Server, client: Pocket3DClient) -> None:
    quota = {"X_RateLimit_Limit": "100", "X_RateLimit_Remaining": "99", "X_RateLimit_Reset": "1640995200"}
    server.on("GET /mesh/models", lambda h: h.reply(200, {"models": [{"model_id": "m"}]}, **quota))
    assert client.models.list()[0].model_id == "m"
    assert client.rate_limit is not None
    assert client.rate_limit.remaining == 99
