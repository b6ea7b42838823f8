"""How the API treats requests: good ones, bad ones, repeated ones, and those of strangers."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from live import LiveServer, run_cli, wait_until
from PIL import Image

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def bomb() -> str:
    """A PNG of 20,000 × 20,000 pixels in a few hundred kB."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def assert_refused(answer: requests.Response, status: int, code: str, about: str = "") -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error_code", "message", "details", "timestamp", "request_id"}
    assert body["error_code"] == code
    assert len(body["details"]["suggestion"]) > 5
    assert about in body["message"] + json.dumps(body["details"])
    return dict(body)


@pytest.mark.parametrize(
    ("path", "body", "code", "about"),
    [
        ("/mesh/generate", {}, "INVALID_INPUT", "text_prompt"),
        ("/mesh/generate", {"text_prompt": ""}, "INVALID_INPUT", "Write in text_prompt what you want"),
        ("/mesh/generate", {"text_prompt": " "}, "INVALID_INPUT", "blank"),
        (
            "/mesh/generate",
            {"text_prompt": "x" * 5000},
            "INVALID_INPUT",
            "Shorten text_prompt to 2,000 characters",
        ),
        ("/mesh/generate", {"text_prompt": 7}, "INVALID_INPUT", "text_prompt"),
        ("/mesh/generate", ["x"], "INVALID_INPUT", "JSON object"),
        ("/mesh/generate", {"text_prompt": "x", "quality": "best"}, "INVALID_INPUT", "medium"),
        ("/mesh/generate", {"text_prompt": "x", "texture_resolution": 1000}, "INVALID_INPUT", "1024"),
        ("/mesh/generate", {"text_prompt": "x", "seed": -1}, "INVALID_INPUT", "seed"),
        ("/mesh/generate", {"text_prompt": "x", "seed": 2**31}, "INVALID_INPUT", "2147483647"),
        ("/mesh/generate", {"text_prompt": "x", "prompt": "x"}, "INVALID_INPUT", "Write text_prompt instead"),
        ("/mesh/generate", {"text_prompt": "x", "sead": 1}, "INVALID_INPUT", "Write seed instead"),
        ("/mesh/generate", {"text_prompt": "x", "colour": 1}, "INVALID_INPUT", "Remove colour"),
        ("/mesh/generate", {"images": ["data:image/png;base64,!!!"]}, "INVALID_INPUT", "base64"),
        ("/mesh/generate", {"images": ["data:image/png,abc"]}, "INVALID_INPUT", "base64"),
        (
            "/mesh/generate",
            {"images": [base64.b64encode(b"no image").decode()]},
            "INVALID_INPUT",
            "images[0]",
        ),
        *(
            ("/mesh/generate", {"images": [place]}, "INVALID_INPUT", "neither local files nor URLs")
            for place in ("/home/me/a cat.png", "C:\\cat.png", "~/cat", "cat.jpeg", "https://example.org/cat")
        ),
        (
            "/mesh/generate",
            {"images": ["data:text/plain;base64,aGVsbG8="]},
            "INVALID_INPUT",
            "images[0] is not an image that can be decoded.",
        ),
        ("/mesh/generate", {"images": ["uploads/img_0.png"]}, "INVALID_INPUT", "not an uploaded image"),
        ("/mesh/generate", {"images": ["x"] * 11}, "INVALID_INPUT", "images"),
        (
            "/mesh/generate",
            {"text_prompt": "x", "output_format": "stl"},
            "INVALID_INPUT",
            "it should be glb or obj",
        ),
        ("/mesh/generate", {"text_prompt": "x", "output_format": "fbx"}, "FORMAT_UNAVAILABLE", "FBX"),
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "nothing"},
            "MODEL_UNAVAILABLE",
            "test_steps",
        ),
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "test_unready"},
            "MODEL_UNAVAILABLE",
            "weights",
        ),
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "test_bones"},
            "MODEL_UNAVAILABLE",
            "test_steps",
        ),
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "test_steps", "parameters": {"steps": 0}},
            "INVALID_INPUT",
            "parameters.steps",
        ),
        ("/texture/generate", {"text_prompt": "x"}, "INVALID_INPUT", "Add mesh_file"),
        ("/texture/generate", {"mesh_file": "uploads/a.glb"}, "INVALID_INPUT", "text_prompt"),
        (
            "/texture/generate",
            {"mesh_file": "../secret", "text_prompt": "x"},
            "INVALID_INPUT",
            "does not exist",
        ),
        (
            "/texture/generate",
            {"mesh_file": "x", "text_prompt": "x", "intensity": 2},
            "INVALID_INPUT",
            "intensity",
        ),
        ("/segment/analyze", {"mesh_file": "job:nothing"}, "INVALID_INPUT", "no job"),
        ("/segment/analyze", {"mesh_file": "x", "min_part_size": 0}, "INVALID_INPUT", "min_part_size"),
        ("/rig/generate", {"mesh_file": "pocket3d.db"}, "INVALID_INPUT", "does not exist"),
        ("/rig/generate", {"mesh_file": "x", "bone_count": 0}, "INVALID_INPUT", "bone_count"),
        ("/rig/generate", {"mesh_file": "x", "character_type": "snake"}, "INVALID_INPUT", "quadruped"),
    ],
)
def test_bad_input_is_refused_with_advice(
    live_server: LiveServer, path: str, body: Any, code: str, about: str
) -> None:
    assert_refused(live_server.post(path, body), 422, code, about)


def test_bodies_that_are_no_json_and_images_that_are_bombs(live_server: LiveServer) -> None:
    assert_refused(
        live_server.request("POST", "/mesh/generate", data="{"), 415, "INVALID_INPUT", "application/json"
    )
    headers = {"Content-Type": "application/json"}
    for data, about in (
        (b'{"a": 1,}', "malformed at line 1, column"),
        (b"\xff", "UTF-8"),
        (b"7", "JSON object"),
    ):
        answer = live_server.request("POST", "/mesh/generate", data=data, headers=headers)
        refused = assert_refused(answer, 422, "INVALID_INPUT", about)
        assert "GenerateMesh" not in json.dumps(refused)
    assert_refused(live_server.post("/mesh/generate", {"images": [bomb()]}), 422, "INVALID_INPUT", "pixels")


def test_unknown_paths_methods_and_jobs(live_server: LiveServer) -> None:
    assert_refused(live_server.get("/nothing"), 404, "NOT_FOUND")
    answer = live_server.get("/mesh/generate")
    assert_refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in answer.headers["Allow"]
    for path in ("/jobs/x", "/mesh/status/x", "/mesh/download/x", "/jobs/x/events", "/files/pocket3d.db"):
        assert_refused(live_server.get(path), 404, "NOT_FOUND")
    assert_refused(live_server.get("/files/outputs/..%2f..%2ftoken"), 404, "NOT_FOUND")


def test_download_of_an_unfinished_job(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=100, seconds=0.1)
    assert_refused(live_server.get(f"/mesh/download/{job_id}"), 409, "CONFLICT", "status")
    assert_refused(
        live_server.post("/segment/analyze", {"mesh_file": f"job:{job_id}"}),
        422,
        "INVALID_INPUT",
        "no result",
    )
    live_server.post(f"/jobs/{job_id}/cancel")
    live_server.wait(job_id)
    again = live_server.post("/segment/analyze", {"mesh_file": f"job:{job_id}"})
    assert_refused(again, 422, "INVALID_INPUT", "Submit that job again")


def test_no_credentials_or_wrong_ones(live_server: LiveServer) -> None:
    for token in (None, "nonsense", "p3d_wrong", live_server.token + "x", "a.b.c"):
        answer = live_server.get("/jobs", token=token)
        assert_refused(answer, 401, "UNAUTHORIZED")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    root = requests.get(live_server.url, timeout=10)
    assert root.json()["product"] == "pocket3d"


def test_names_and_pages_from_elsewhere_are_refused(live_server: LiveServer) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert_refused(live_server.get("/jobs", headers=headers), 403, "FORBIDDEN", "evil.example")
    assert live_server.get("/jobs", headers={"Origin": "http://localhost:3000"}).status_code == 200


def test_keys_tiers_and_accounts_apart(live_server: LiveServer) -> None:
    key = live_server.cli("keys", "create", "Ada", "--tier", "free").strip()
    mine = live_server.submit()
    assert_refused(live_server.get(f"/jobs/{mine}", token=key), 404, "NOT_FOUND")
    live_server.wait(mine)
    assert_refused(
        live_server.post("/segment/analyze", {"mesh_file": f"job:{mine}"}, token=key), 422, "INVALID_INPUT"
    )
    assert live_server.get("/jobs", token=key).json()["jobs"] == []
    token = live_server.post("/auth/token", token=key).json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 900)
    answers = [live_server.get("/jobs", token=token["access_token"]) for _ in range(7)]
    left = [int(a.headers["X-RateLimit-Remaining"]) for a in answers]
    assert left == [5, 4, 3, 2, 1, 0, 0]
    assert answers[0].headers["X-RateLimit-Limit"] == "10"
    assert_refused(answers[-1], 429, "RATE_LIMITED")
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    key_id = live_server.cli("keys", "list").split()[0]
    live_server.cli("keys", "revoke", key_id)
    wait_until(lambda: live_server.get("/jobs", token=key).status_code == 401)


def test_idempotency_key(live_server: LiveServer) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    first = live_server.post("/mesh/generate", body, headers=headers)
    again = live_server.post("/mesh/generate", body, headers=headers)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    other = live_server.post("/mesh/generate", body | {"text_prompt": "y"}, headers=headers)
    assert_refused(other, 422, "IDEMPOTENCY_MISMATCH")
    jobs = {live_server.post("/mesh/generate", body).json()["job_id"] for _ in range(2)}
    assert len(jobs) == 2


def test_the_same_key_at_the_same_moment_makes_one_job(live_server: LiveServer) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"text_prompt": "race", "model_preference": "test_steps"}
    answers: list[requests.Response] = []

    def send() -> None:
        answers.append(live_server.post("/mesh/generate", body, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} <= {202, 409}
    assert len({a.json()["job_id"] for a in answers if a.status_code == 202}) == 1


def test_an_engine_can_tell_what_was_asked_from_defaults(live_server: LiveServer) -> None:
    mesh = live_server.wait(live_server.submit())["job_id"]
    body = {"mesh_file": f"job:{mesh}", "model_preference": "test_halves", "segmentation_level": "fine"}
    for more in ({}, {"min_part_size": 100}):
        job_id = live_server.post("/segment/analyze", body | more).json()["job_id"]
        job = live_server.wait(job_id)
        assert job["result"]["notes"] == [", ".join(sorted(["segmentation_level", *more]))]
        shown = {"segmentation_level": "fine", "min_part_size": 100}
        assert job["request"] | shown == job["request"]


def test_the_documented_defaults_are_those_of_the_engines(live_server: LiveServer) -> None:
    from pocket3d_server.models.engine import REQUESTS, Feature

    schemas = json.loads(run_cli("openapi"))["components"]["schemas"]
    bodies = {
        "GenerateMesh": Feature.MESH_GENERATION,
        "GenerateTexture": Feature.TEXTURE_GENERATION,
        "AnalyzeSegments": Feature.MESH_SEGMENTATION,
        "GenerateRig": Feature.AUTO_RIGGING,
    }
    for body, feature in bodies.items():
        fields = REQUESTS[feature].model_fields
        shared = [name for name in schemas[body]["properties"] if name in fields and name != "seed"]
        assert len(shared) >= 3
        for name in shared:
            if not fields[name].is_required() and fields[name].default_factory is None:
                assert schemas[body]["properties"][name].get("default") == fields[name].default, (body, name)


def test_prefer_wait(live_server: LiveServer) -> None:
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    done = live_server.post("/mesh/generate", body, headers={"Prefer": "respond-async, wait=30"})
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert done.headers["Preference-Applied"] == "wait=30"
    slow = body | {"parameters": {"steps": 30, "seconds": 0.1}}
    late = live_server.post("/mesh/generate", slow, headers={"Prefer": "wait=1"})
    assert (late.status_code, late.json()["status"]) == (202, "queued")
    live_server.post(f"/jobs/{late.json()['job_id']}/cancel")
    wrong = live_server.post("/mesh/generate", body, headers={"Prefer": "wait=soon"})
    assert_refused(wrong, 422, "INVALID_INPUT", "wait=soon")


def test_event_stream_replays_after_the_last_event_id(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=5)
    whole = live_server.events(job_id)
    assert [event["seq"] for event in whole] == list(range(1, len(whole) + 1))
    assert live_server.events(job_id, **{"Last-Event-ID": "2"}) == whole[2:]
    path = f"/jobs/{job_id}/events"
    done = live_server.get(path, headers={"Last-Event-ID": str(len(whole))})
    assert (done.status_code, done.text) == (204, "")  # browsers come back until they are told this
    for wrong in ("x", "-1", str(len(whole) + 1), "9" * 5000):
        assert_refused(live_server.get(path, headers={"Last-Event-ID": wrong}), 422, "INVALID_INPUT", "seq")


def test_event_stream_is_live(live_server: LiveServer) -> None:
    job_id = live_server.submit(steps=10, seconds=0.15)
    lines = live_server.get(f"/jobs/{job_id}/events", stream=True).iter_lines()
    first = next(line for line in lines if line.startswith(b"data: "))
    assert json.loads(first[6:])["event"] == "job_queued"
    assert live_server.job(job_id)["status"] in ("queued", "processing")
    assert b"job_completed" in b"".join(lines)


def test_jobs_are_listed_in_pages(live_server: LiveServer) -> None:
    ids = [live_server.submit("test_refuses") for _ in range(5)]
    for job_id in ids:
        live_server.wait(job_id)
    seen: list[str] = []
    cursor = None
    while len(seen) < 5:
        page = live_server.get("/jobs", params={"limit": 2, "cursor": cursor, "status": "error"}).json()
        seen += [job["job_id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
    assert seen[:5] == ids[::-1]
    assert (
        live_server.get("/jobs", params={"feature": "auto_rigging", "status": "queued"}).json()["jobs"] == []
    )
    assert_refused(live_server.get("/jobs", params={"cursor": "x"}), 422, "INVALID_INPUT", "cursor")
    assert_refused(live_server.get("/jobs", params={"limit": 0}), 422, "INVALID_INPUT", "limit")


def upload(server: LiveServer, name: str, data: bytes) -> str:
    """The path of an uploaded file."""
    return str(server.post("/mesh/upload", files={"f": (name, data)}).json()["files"][0])


TRIANGLE = b"v 0 0 0\nv 1 0 0\nv %s 1 0\nf 1 2 %d\n"


@pytest.mark.parametrize(
    ("name", "data", "advice"),
    [
        ("far.obj", TRIANGLE % (b"1e30", 3), "Delete stray vertices"),
        ("away.obj", b"v 1e9 0 0\nv 1e9 1 0\nv 1e9 0 1\nf 1 2 3\n", "Move the mesh to the origin"),
        ("nan.obj", TRIANGLE % (b"nan", 3), "Clean the mesh"),
        ("index.obj", TRIANGLE % (b"0", 9), "Export the mesh again"),
        ("flat.obj", b"v 1 2 3\nf 1 1 1\n", "at least one triangle"),
    ],
)
def test_meshes_that_cannot_be_used_are_refused_with_advice(
    live_server: LiveServer, name: str, data: bytes, advice: str
) -> None:
    body = {"mesh_file": upload(live_server, name, data), "text_prompt": "wood"}
    answer = live_server.post("/texture/generate", body | {"model_preference": "builtin_texture"})
    error = live_server.wait(answer.json()["job_id"])["error"]
    assert error["error_code"] == "INVALID_INPUT", error
    assert advice in error["details"]["suggestion"]


TRIANGLE_PLY = (
    b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    b"element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
)
CUBE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


@pytest.mark.parametrize(
    ("name", "data", "path"),
    [
        ("photo.exe", PIXEL, ".png"),
        ("../../evil.obj", CUBE, ".obj"),
        ("naïve ☃.ply", TRIANGLE_PLY, ".ply"),
        ("a.stl", b"solid a\nfacet normal 0 0 1\n", ".stl"),
        ("a.fbx", b"Kaydara FBX Binary  \0", ".fbx"),
    ],
)
def test_uploads_are_known_by_their_content(
    live_server: LiveServer, name: str, data: bytes, path: str
) -> None:
    answer = live_server.post("/mesh/upload", files={"files": (name, data)})
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == "Uploaded 1 file"
    stored = answer.json()["files"][0]
    assert stored.startswith("uploads/")
    assert stored.endswith(path)
    assert live_server.get(f"/files/{stored}").content == data


def test_uploads_that_are_refused(live_server: LiveServer) -> None:
    send: Callable[..., requests.Response] = lambda **files: live_server.post("/mesh/upload", files=files)  # noqa: E731
    assert_refused(send(a=("a.glb", b"hello")), 422, "INVALID_INPUT", "PLY and STL meshes. Export other")
    assert_refused(send(a=("a.png", b"")), 422, "INVALID_INPUT", "empty")
    assert_refused(send(a=("a.zip", b"PK\x03\x04broken")), 422, "INVALID_INPUT", "zip")
    assert_refused(send(a=("a.png", PIXEL[:30])), 422, "INVALID_INPUT", "decoded")
    assert_refused(send(**{f"f{i}": ("a.png", PIXEL) for i in range(11)}), 422, "INVALID_INPUT", "at most 10")
    assert_refused(live_server.post("/mesh/upload"), 422, "INVALID_INPUT", "multipart")
    assert not list((live_server.data_dir / "tmp").iterdir())
    fbx = live_server.post("/mesh/upload", files={"f": ("a.fbx", b"Kaydara FBX Binary  \0")}).json()["files"][
        0
    ]
    assert_refused(live_server.post("/rig/generate", {"mesh_file": fbx}), 422, "FORMAT_UNAVAILABLE", "FBX")
    image = live_server.post("/mesh/upload", files={"f": ("a.png", PIXEL)}).json()["files"][0]
    assert_refused(live_server.post("/rig/generate", {"mesh_file": image}), 422, "INVALID_INPUT", "image")


def test_a_file_over_the_limit_is_refused_while_it_arrives(own_server: Callable[..., LiveServer]) -> None:
    server = own_server(POCKET3D_MAX_FILE_BYTES=str(1024 * 1024), POCKET3D_MAX_BODY_BYTES="100000")
    big = io.BytesIO(b"glTF" + bytes(3 * 1024 * 1024))
    assert_refused(server.post("/mesh/upload", files={"f": ("a.glb", big)}), 413, "FILE_TOO_LARGE", "a.glb")
    assert not list((server.data_dir / "tmp").iterdir())
    body = {"text_prompt": "x", "images": ["A" * 200_000]}
    assert_refused(server.post("/mesh/generate", body), 413, "FILE_TOO_LARGE", "100000")


def test_the_openapi_document_lists_every_route(live_server: LiveServer) -> None:
    document = requests.get(live_server.url + "/openapi/openapi.json", timeout=30).json()
    assert document["openapi"] == "3.1.0"
    documented = (
        "mesh/generate mesh/upload mesh/status/{job_id} mesh/download/{job_id} mesh/models texture/generate"
    )
    documented += " segment/analyze rig/generate system/health system/metrics system/workers auth/token jobs"
    for path in documented.split():
        assert f"/api/v1/{path}" in document["paths"]
    assert document["components"]["schemas"]["GenerateMesh"]["properties"]["quality"]["default"] == "medium"
    assert "Swagger" in requests.get(live_server.url + "/openapi/swagger", timeout=30).text
    assert json.loads(run_cli("openapi"))["paths"].keys() == document["paths"].keys()


def refused_command(*arguments: str) -> str:
    """What a command that fails says."""
    command = [sys.executable, "-m", "pocket3d_server", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_commands_that_cannot_be_done_say_why(live_server: LiveServer, tmp_path: Path) -> None:
    assert "is empty" in refused_command("keys", "create", "", "--data-dir", str(tmp_path))
    port = str(urlsplit(live_server.url).port)
    said = refused_command("serve", "--port", port, "--data-dir", str(tmp_path))
    assert f"port {port} is in use by another program; stop it or choose another --port." in said
