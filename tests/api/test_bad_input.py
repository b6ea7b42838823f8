"""Requests that are wrong in every way: each is refused in the envelope, with advice that a person can act on."""

from __future__ import annotations

import base64
import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
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
