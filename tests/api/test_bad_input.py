"""Requests that are wrong in every way: each is refused in the envelope, with advice that a person can act on."""

from __future__ import annotations

import base64
import gzip
import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
import requests
from live import LiveServer, assert_refused
from PIL import Image
from pocket3d_server.api import json_body

JSON = {"Content-Type": "application/json"}
GENERATE = "/mesh/generate"
PYTHON = ("GenerateMesh", "Traceback", "pydantic", "Input should", "NoneType")
"""Words that say how the server is made, and nothing to a user."""


@pytest.mark.parametrize(
    ("data", "about"),
    [
        (b"", "body is empty"),
        (b"  \n", "body is empty"),
        (b'{"a": 1,}', "malformed at line 1, column"),
        (b"{'a': 1}", "malformed at line 1, column 2"),
        (b"\xff", "UTF-8"),
        ('{"text_prompt": "ö"}'.encode("latin-1"), "UTF-8"),
        (b"7", "not a JSON object but a number"),
        (b"null", "not a JSON object but null"),
        (b"true", "not a JSON object but a boolean"),
        (b'["x"]', "not a JSON object but an array"),
        (b'"{\\"text_prompt\\": \\"x\\"}"', "not a JSON object but a string"),
        (b'{"text_prompt": "x", "parameters": {"a": NaN}}', "NaN is no number"),
        (b'{"text_prompt": "x", "seed": Infinity}', "Infinity is no number"),
        (b'{"text_prompt": "x", "seed": -Infinity}', "-Infinity is no number"),
        (b'{"text_prompt": "x", "parameters": {"a": 1e999}}', "too large"),
        (b'{"text_prompt": "x", "seed": 1' + b"0" * 5000 + b"}", "too large"),
        (b'{"text_prompt": "x", "parameters": {"a": 9007199254740993}}', "too large"),
        (b'{"parameters": ' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}", "nested more than"),
        (b'{"parameters": {"a": ' + b"[" * 15_000 + b"]" * 15_000 + b"}}", "nested more than"),
        (b'{"text_prompt": "x", "parameters": {"a": [' + b"1," * 20_000 + b"1]}}", "more than 20,000 values"),
        (b'{"text_prompt": "x", "images": [' + b"{}," * 20_000 + b"{}]}", "more than 20,000 values"),
        (b'{"text_prompt": "x", "parameters": {"a": ' + b"[" * 100_000 + b"]}}", "more than 20,000 values"),
        (b'{"text_prompt": "x", "' + b"a" * 201 + b'": 1}', "name has 201 characters"),
        (b'{"text_prompt": "x", "parameters": {"a": 0.' + b"1" * 1000 + b"}}", "too long"),
        (b'{"text_prompt": "x", "text_prompt": "y"}', "text_prompt' stands twice"),
        (b'{"text_prompt": "a\\u0000b"}', "text_prompt holds the character NUL"),
        (b'{"text_prompt": "x", "parameters": {"a\\u0000": 1}}', "NUL"),
        (b'{"text_prompt": "a \\ud83d cat"}', "half a surrogate pair"),
        (b'{"text_prompt": "x", "parameters": {"a": ["\\udc00"]}}', "parameters.a[0] holds half"),
    ],
)
def test_json_that_is_none(live_server: LiveServer, data: bytes, about: str) -> None:
    answer = live_server.request("POST", GENERATE, data=data, headers=JSON)
    assert_refused(answer, 422, "INVALID_INPUT", about)
    for word in PYTHON:
        assert word not in answer.text


@pytest.mark.parametrize("path", ["/webhooks", "/rig/generate", "/segment/analyze", "/account/keys"])
def test_only_requests_with_images_may_be_large(live_server: LiveServer, path: str) -> None:
    large = b'{"a": "' + b"a" * 1024 * 1024 + b'"}'
    answer = live_server.request("POST", path, data=large, headers=JSON)
    assert_refused(answer, 413, "FILE_TOO_LARGE", "at most 1048576")
    chunks = live_server.request("POST", path, data=iter([large]), headers=JSON)
    assert_refused(chunks, 413, "FILE_TOO_LARGE")


def test_large_bodies_are_parsed_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    running = 0

    def loads(text: str, **options: Any) -> Any:
        nonlocal running
        running += 1
        at_once.append(running)
        time.sleep(0.05)  # others would come in
        running -= 1
        return {}

    monkeypatch.setattr(json_body.json, "loads", loads)
    body = b'{"a": "' + b"a" * json_body.LARGE + b'"}'
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: json_body.receive(io.BytesIO(body)), range(6)))
    assert len(at_once) == 6
    assert max(at_once) <= json_body.LARGE_AT_ONCE


def test_json_that_is_unusual_but_right(live_server: LiveServer) -> None:
    body = '{"text_prompt": "\\ud83d\\ude97 rot, größer", "model_preference": "test_steps", "seed": 7.0}'
    for data, kind in (
        (body.encode(), "application/json"),
        (body.encode(), "application/json; charset=utf-8"),
        (b"\xef\xbb\xbf" + body.encode(), "application/vnd.pocket3d+json"),
    ):
        answer = live_server.request("POST", GENERATE, data=data, headers={"Content-Type": kind})
        assert answer.status_code == 202, answer.text
        job = live_server.job(answer.json()["job_id"])
        assert job["request"]["text_prompt"] == "🚗 rot, größer"
        assert job["request"]["seed"] == 7


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_bodies_of_another_type(live_server: LiveServer, kind: str) -> None:
    answer = live_server.request(
        "POST", GENERATE, data=b'{"text_prompt": "x"}', headers={"Content-Type": kind}
    )
    assert_refused(answer, 415, "INVALID_INPUT", "Content-Type: application/json")


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"text_prompt": "x", "seed": "42"}, 'seed: it should be an integer, not "42"'),
        ({"text_prompt": "x", "seed": True}, "seed: it should be an integer"),
        ({"text_prompt": "x", "seed": 1.5}, "seed: it should be an integer"),
        ({"text_prompt": ["x"]}, "text_prompt: it should be a string"),
        ({"text_prompt": "x", "parameters": []}, "parameters: it should be an object"),
        ({"images": "uploads/a.png"}, "images: it should be an array"),
        ({"images": ["a", 7]}, "images[1]: it should be a string"),
        ({"images": ["x"] * 11}, "at most 10 images"),
        ({"text_prompt": "x", "quality": None}, "quality: it should be 'low', 'medium' or 'high'"),
        ({"text_prompt": "x", "prompt": "y"}, "Write text_prompt instead of prompt."),
        ({"seed": 1}, "either text_prompt or images must be provided"),
    ],
)
def test_fields_of_the_wrong_type(live_server: LiveServer, body: Any, about: str) -> None:
    answer = live_server.post(GENERATE, body)
    refused = assert_refused(answer, 422, "INVALID_INPUT", about)
    for word in PYTHON:
        assert word not in answer.text
    assert "/openapi/swagger#/Mesh%20Generation/mesh_generate" in refused["details"]["docs_url"]


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
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "test_steps", "parameters": {"steps": "3"}},
            "INVALID_INPUT",
            "parameters.steps",
        ),
        (
            "/mesh/generate",
            {"text_prompt": "x", "model_preference": "test_steps", "parameters": {"stpes": 3}},
            "INVALID_INPUT",
            "parameters.stpes",
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
def test_values_that_are_wrong(live_server: LiveServer, path: str, body: Any, code: str, about: str) -> None:
    assert_refused(live_server.post(path, body), 422, code, about)


def bomb() -> str:
    """A PNG of 20,000 × 20,000 pixels in a few hundred kB."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG", optimize=True)
    return base64.b64encode(out.getvalue()).decode()


def test_images_that_are_bombs(live_server: LiveServer) -> None:
    assert_refused(live_server.post(GENERATE, {"images": [bomb()]}), 422, "INVALID_INPUT", "pixels")


def test_everything_that_is_wrong_is_said(live_server: LiveServer) -> None:
    body = {"text_prompt": "x", "quality": "best", "seed": -1, "texture_resolution": 7}
    refused = assert_refused(live_server.post(GENERATE, body), 422, "INVALID_INPUT")
    assert {p["field"] for p in refused["details"]["problems"]} == {"quality", "seed", "texture_resolution"}


@pytest.mark.parametrize(
    ("headers", "about"),
    [
        ({"Idempotency-Key": ""}, "Idempotency-Key"),
        ({"Idempotency-Key": "k" * 256}, "255 characters"),
        ({"Idempotency-Key": "schlüssel"}, "characters that are not allowed"),
        ({"Idempotency-Key": "a\tb"}, "characters that are not allowed"),
        ({"Prefer": "wait=soon"}, "wait=soon is no number"),
        ({"Prefer": "wait=-1"}, "wait=-1 is no number"),
        ({"Prefer": "wait=١"}, "no number"),
    ],
)
def test_headers_that_are_wrong(live_server: LiveServer, headers: dict[str, str], about: str) -> None:
    raw = {name: value.encode() for name, value in headers.items()}
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    assert_refused(live_server.post(GENERATE, body, headers=raw), 422, "INVALID_INPUT", about)


@pytest.mark.parametrize("prefer", ["", ";;;", "respond-async", "waiting=3", "wait", "handling=lenient"])
def test_preferences_that_mean_nothing_here_are_passed_over(live_server: LiveServer, prefer: str) -> None:
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    answer = live_server.post(GENERATE, body, headers={"Prefer": prefer})
    assert answer.status_code == 202
    assert "Preference-Applied" not in answer.headers


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("limit=0", "limit: it should be at least 1"),
        ("limit=201", "limit"),
        ("limit=many", "limit: it should be an integer"),
        ("status=done", "'queued', 'processing', 'completed' or 'error'"),
        ("feature=mesh", "mesh_generation"),
        ("cursor=x", "cursor"),
        ("cursor=" + "a" * 201, "cursor"),
        ("statsu=error", "Write status instead of statsu"),
        ("status=a%00", "zero byte"),
    ],
)
def test_queries_that_are_wrong(live_server: LiveServer, query: str, about: str) -> None:
    assert_refused(live_server.get(f"/jobs?{query}"), 422, "INVALID_INPUT", about)


@pytest.mark.parametrize(
    "inside",
    [
        "0001-01-01T00:00:00+14:00 x",
        "9999-12-31T23:59:59-14:00 x",
        "2026-01-01T00:00:00 x",
        "2026-01-01T00:00:00+00:00 a\0b",
        "2026-01-01 x",
        "x",
    ],
)
@pytest.mark.parametrize("path", ["/jobs", "/files"])
def test_cursors_that_were_made_up(live_server: LiveServer, path: str, inside: str) -> None:
    cursor = base64.urlsafe_b64encode(inside.encode()).decode()
    answer = live_server.get(path, params={"cursor": cursor})
    assert_refused(answer, 422, "INVALID_INPUT", "next_cursor")


@pytest.mark.parametrize("job_id", ["nothing", "job_0", "..%2f..%2ftoken", "é", "%ff%fe", "a'b\"c;--", "💥"])
def test_jobs_that_do_not_exist(live_server: LiveServer, job_id: str) -> None:
    for path in ("/jobs/{}", "/mesh/status/{}", "/mesh/download/{}", "/jobs/{}/events", "/files/outputs/{}"):
        assert_refused(live_server.get(path.format(job_id)), 404, "NOT_FOUND")
    assert_refused(live_server.post(f"/jobs/{job_id}/cancel"), 404, "NOT_FOUND")
    assert_refused(live_server.request("DELETE", f"/jobs/{job_id}"), 404, "NOT_FOUND")


def test_ids_that_cannot_be(live_server: LiveServer) -> None:
    assert_refused(live_server.get("/jobs/job_%00"), 422, "INVALID_INPUT", "zero byte")
    assert_refused(live_server.get("/jobs/" + "a" * 65), 422, "INVALID_INPUT", "64 characters")


@pytest.mark.parametrize(
    "path", ["/nothing", "", "/", "//jobs", "/jobs//", "/JOBS", "/mesh", "/%2e%2e/token"]
)
def test_paths_that_do_not_exist(live_server: LiveServer, path: str) -> None:
    assert_refused(live_server.get(path, allow_redirects=False), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/api/v1/mesh/generat", "/api/v1/mesh/generate"),
        ("/mesh/generate", "/api/v1/mesh/generate"),
        ("/api/v1/system/heath", "/api/v1/system/health"),
    ],
)
def test_paths_that_are_nearly_right(live_server: LiveServer, path: str, meant: str) -> None:
    headers = {"Authorization": f"Bearer {live_server.token}"}
    answer = requests.get(live_server.url + path, headers=headers, timeout=30)
    assert_refused(answer, 404, "NOT_FOUND", f"Did you mean {meant}?")


def test_a_websocket_without_a_handshake(live_server: LiveServer) -> None:
    answer = live_server.get("/ws/jobs/x")
    assert_refused(answer, 426, "INVALID_INPUT", "Connect with a WebSocket")
    assert answer.headers["Upgrade"] == "websocket"


def test_a_handshake_where_there_is_no_websocket(live_server: LiveServer) -> None:
    answer = live_server.get("/jobs", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
    assert_refused(answer, 400, "INVALID_INPUT", "There is no WebSocket at /api/v1/jobs")


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, identity"])
def test_compressed_bodies(live_server: LiveServer, encoding: str) -> None:
    data = gzip.compress(b'{"text_prompt": "x"}')
    answer = live_server.request("POST", GENERATE, data=data, headers=JSON | {"Content-Encoding": encoding})
    assert_refused(answer, 415, "INVALID_INPUT", f"Content-Encoding: {encoding}")
    assert answer.headers["Accept-Encoding"] == "identity"
    body = b'{"text_prompt": "x", "model_preference": "test_steps"}'
    plain = live_server.request("POST", GENERATE, data=body, headers=JSON | {"Content-Encoding": "identity"})
    assert plain.status_code == 202


def test_a_slash_at_the_end(live_server: LiveServer) -> None:
    for path in ("/jobs/", "/mesh/generate/"):
        assert_refused(live_server.post(path, {}), 404, "NOT_FOUND", "slash at the end")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/mesh/generate", {"POST", "OPTIONS"}),
        ("PUT", "/jobs/x", {"GET", "HEAD", "DELETE", "OPTIONS"}),
        ("TRACE", "/jobs", {"GET", "HEAD", "OPTIONS"}),
        ("BREW", "/system/health", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_methods_that_do_not_work(live_server: LiveServer, method: str, path: str, allowed: set[str]) -> None:
    answer = live_server.request(method, path)
    assert_refused(answer, 405, "METHOD_NOT_ALLOWED", "Allow")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_texts_that_are_strange_but_texts(live_server: LiveServer) -> None:
    """Whatever is a text is kept as it came: no escaping, no injection, right-to-left, combining characters."""
    for text in (
        "'; DROP TABLE jobs; --",
        "<script>alert(1)</script>",
        "{{7*7}} %s %n",
        "שלום\u202e",
        "a\u0301" * 900,
    ):
        answer = live_server.post(GENERATE, {"text_prompt": text, "model_preference": "test_steps"})
        assert answer.status_code == 202, answer.text
        assert live_server.job(answer.json()["job_id"])["request"]["text_prompt"] == text


def test_names_in_messages_are_harmless(live_server: LiveServer) -> None:
    name = "<img src=x onerror=alert(1)>" + "x" * 300
    answer = live_server.post(GENERATE, {"text_prompt": "x", name: 1})
    assert_refused(answer, 422, "INVALID_INPUT")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert_refused(live_server.get("/jobs/" + quote(name[:50])), 404, "NOT_FOUND")
