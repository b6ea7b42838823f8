"""Headers, queries, paths and methods that are wrong; texts that only look so."""

from __future__ import annotations

import base64
import gzip
from urllib.parse import quote

import pytest
import requests
from live import LiveServer, assert_refused

JSON = {"Content-Type": "application/json"}
GENERATE = "/mesh/generate"


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
