"""The limits of the API at their boundaries, and the headers that tell of them, on every kind of response."""

from __future__ import annotations

import base64
import select
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from databases import Backend
from flask import Flask, request
from live import LiveServer, wait_until
from pocket3d_server.accounts.auth import Caller
from pocket3d_server.accounts.limits import MemoryLimiter
from pocket3d_server.accounts.tiers import TIERS
from pocket3d_server.api import upload_count
from pocket3d_server.errors import Refusal
from simple_websocket import Client, ConnectionClosed

FILE_LIMIT, QUEUE_LIMIT = 1000, 3
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


@pytest.fixture(scope="module")
def small_server(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with small limits and one slot."""
    folder = tmp_path_factory.mktemp("small")
    server = LiveServer(
        folder,
        **backend.environment(folder),
        POCKET3D_MAX_FILE_BYTES=str(FILE_LIMIT),
        POCKET3D_QUEUE_LIMIT=str(QUEUE_LIMIT),
        POCKET3D_CPU_JOBS="1",
    )
    yield server
    server.stop()


def new_key(server: LiveServer, tier: str = "pro") -> str:
    return server.cli("keys", "create", "Ada", "--tier", tier).strip()


def obj(size: int) -> bytes:
    return TRIANGLE + b"#" * (size - len(TRIANGLE))


def upload(server: LiveServer, *contents: bytes) -> requests.Response:
    files = [("files", (f"mesh{n}.obj", content)) for n, content in enumerate(contents)]
    return server.request("POST", "/mesh/upload", files=files)


def test_a_file_may_have_so_many_bytes_and_not_one_more(small_server: LiveServer) -> None:
    assert upload(small_server, obj(FILE_LIMIT)).json()["details"][0]["size"] == FILE_LIMIT
    answer = upload(small_server, obj(FILE_LIMIT + 1))
    assert (answer.status_code, answer.json()["error_code"]) == (413, "FILE_TOO_LARGE")
    assert answer.json()["details"]["limit"] == FILE_LIMIT


def test_ten_files_to_an_upload(small_server: LiveServer) -> None:
    ten = upload(small_server, *[obj(100)] * 10)
    assert ten.json()["message"] == "Uploaded 10 files"
    eleven = upload(small_server, *[obj(100)] * 11)
    assert (eleven.status_code, eleven.json()["error_code"]) == (422, "INVALID_INPUT")
    assert "10" in eleven.json()["message"]


def test_so_many_jobs_of_an_account_are_queued_and_not_one_more(small_server: LiveServer) -> None:
    key = new_key(small_server)
    body = {"text_prompt": "a cube", "model_preference": "test_hangs"}

    def submit(query: str = "", token: str = key) -> requests.Response:
        return small_server.post(f"/mesh/generate{query}", body, token=token)

    def status(job_id: str) -> Any:
        return small_server.get(f"/jobs/{job_id}", token=key).json()["status"]

    running = submit().json()["job_id"]
    wait_until(lambda: status(running) == "processing", 30)
    queued = [submit() for _ in range(QUEUE_LIMIT)]
    assert [answer.status_code for answer in queued] == [202] * QUEUE_LIMIT
    for query in ("", "?dry_run=true"):
        answer = submit(query)
        assert (answer.status_code, answer.json()["error_code"]) == (429, "QUEUE_FULL")
        assert int(answer.headers["Retry-After"]) > 0
    other = submit(token=small_server.token)
    assert other.status_code == 202
    small_server.post(f"/jobs/{queued[0].json()['job_id']}/cancel", token=key)
    last = submit()
    assert last.status_code == 202
    for answer in (*queued[1:], last):
        small_server.post(f"/jobs/{answer.json()['job_id']}/cancel", token=key)
    small_server.post(f"/jobs/{running}/cancel", token=key)
    small_server.post(f"/jobs/{other.json()['job_id']}/cancel")


def test_ten_websockets_of_an_account(small_server: LiveServer) -> None:
    key = new_key(small_server)
    headers = {"Authorization": f"Bearer {key}"}
    body = {"text_prompt": "a cube", "model_preference": "test_hangs"}
    job_id = small_server.post("/mesh/generate", body, token=key).json()["job_id"]
    address = small_server.url.replace("http", "ws") + f"/api/v1/ws/jobs/{job_id}"
    open_ones = [Client(address, headers=headers) for _ in range(10)]
    try:
        assert all("job_queued" in ws.receive(timeout=30) for ws in open_ones)

        def refused() -> bool:  # this client overlooks a close that comes with the handshake's answer
            with pytest.raises(ConnectionClosed) as closed:
                Client(address, headers=headers).receive(timeout=30)
            return bool(closed.value.reason == 4429)

        wait_until(refused, 30)
        open_ones.pop().close()

        def one_is_free() -> bool:
            ws = Client(address, headers=headers)
            try:
                return bool(ws.receive(timeout=30))
            except ConnectionClosed:
                return False
            finally:
                if ws.connected:
                    ws.close()

        wait_until(one_is_free, 30)
    finally:
        for ws in open_ones:
            ws.close()
        small_server.post(f"/jobs/{job_id}/cancel", token=key)


def has_limits(headers: Any) -> bool:
    return (
        int(headers["X-RateLimit-Limit"]) > int(headers["X-RateLimit-Remaining"]) >= 0
        and int(headers["X-RateLimit-Reset"]) > 1_700_000_000
        and bool(headers["X-Request-ID"])
    )


def test_every_response_tells_the_limits(small_server: LiveServer) -> None:
    picture = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    path = small_server.request("POST", "/mesh/upload", files={"files": ("a.png", picture)}).json()["files"][
        0
    ]
    job_id = small_server.submit()
    small_server.wait(job_id)
    etag = small_server.get(f"/files/{path}").headers["ETag"]
    body = {"text_prompt": "x", "model_preference": "test_steps"}
    free = new_key(small_server, "free")
    for _ in range(10):
        small_server.get("/account", token=free)
    get, post = small_server.get, small_server.post
    expected = [
        (200, get("/system/health")),
        (200, small_server.request("HEAD", "/jobs")),
        (200, get(f"/mesh/download/{job_id}")),
        (200, get(f"/jobs/{job_id}/events")),
        (200, requests.get(small_server.url + "/", timeout=30)),
        (200, requests.get(small_server.url + "/openapi/openapi.json", timeout=30)),
        (200, small_server.request("OPTIONS", "/jobs", token=None)),
        (202, post("/mesh/generate", body)),
        (206, get(f"/files/{path}", headers={"Range": "bytes=0-3"})),
        (304, get(f"/files/{path}", headers={"If-None-Match": etag})),
        (401, get("/jobs", token=None)),
        (401, get("/jobs", token="p3d_wrong")),
        (403, get("/jobs", headers={"Host": "evil.example"})),
        (404, get("/nothing")),
        (404, get("/jobs/job_unknown")),
        (404, requests.get(small_server.url + "/nowhere", timeout=30)),
        (405, small_server.request("PUT", "/jobs")),
        (413, upload(small_server, obj(FILE_LIMIT + 1))),
        (416, get(f"/files/{path}", headers={"Range": "bytes=900000-"})),
        (422, post("/mesh/generate", {})),
        (429, get("/account", token=free)),
        (204, small_server.request("DELETE", f"/jobs/{job_id}")),
    ]
    for status, answer in expected:
        assert answer.status_code == status, (status, answer.request.url, answer.text)
        assert has_limits(answer.headers), (status, answer.request.url, answer.headers)
        assert status not in (429, 503) or int(answer.headers["Retry-After"]) > 0


def test_who_has_a_link_does_not_use_up_its_owners_requests(small_server: LiveServer) -> None:
    key = new_key(small_server, "free")
    body = {"text_prompt": "a cube", "model_preference": "test_steps"}
    done = small_server.post("/mesh/generate", body, token=key, headers={"Prefer": "wait=30"})
    assert done.status_code == 200, done.text
    left = int(done.headers["X-RateLimit-Remaining"])
    answers = [requests.get(done.json()["result"]["preview_url"], timeout=30) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert all(has_limits(answer.headers) for answer in answers)
    own = small_server.get("/account", token=key)
    assert (own.status_code, int(own.headers["X-RateLimit-Remaining"])) == (200, left - 1)


def test_the_answer_to_a_handshake_tells_the_limits(small_server: LiveServer) -> None:
    job_id = small_server.submit()
    place = urlsplit(small_server.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
        wire.sendall(
            f"GET /api/v1/ws/jobs/{job_id} HTTP/1.1\r\nHost: {place.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Authorization: Bearer {small_server.token}\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += wire.recv(4096)
    lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    assert " 101 " in lines[0]
    headers = requests.structures.CaseInsensitiveDict(line.split(": ", 1) for line in lines[1:])
    assert has_limits(headers)


def test_what_is_no_request_is_told_the_limits_too(small_server: LiveServer) -> None:
    place = urlsplit(small_server.url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
        wire.sendall(b"no request at all\r\n\r\n")
        answer = b""
        while piece := wire.recv(4096):
            answer += piece
    lines = answer.split(b"\r\n\r\n")[0].decode().split("\r\n")
    assert " 400 " in lines[0]
    assert has_limits(requests.structures.CaseInsensitiveDict(line.split(": ", 1) for line in lines[1:]))


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A caller whose tier takes 1,000 bytes of uploads in a minute."""
    monkeypatch.setitem(TIERS, "free", replace(TIERS["free"], upload_bytes_per_minute=1000))
    return Caller("ada", "free")


@pytest.mark.parametrize(("chunked", "passes"), [(False, [2000, 0]), (True, [1000, 0])])
def test_uploads_are_counted_whether_their_length_is_known_or_not(
    tight: Caller, chunked: bool, passes: list[int]
) -> None:
    limiter, app = MemoryLimiter(lambda: 1000.0), Flask("x")
    upload_count.install(app)

    def received(size: int) -> int:
        environ = {"wsgi.input_terminated": True} if chunked else {}
        with app.test_request_context("/", method="POST", data=b"x" * size, environ_overrides=environ):
            if chunked:
                del request.environ["CONTENT_LENGTH"]
            got = 0
            try:
                upload_count.count_body(limiter, tight, is_upload=True)
                while piece := request.environ["wsgi.input"].read(100):
                    got += len(piece)
            except Refusal as refusal:
                assert (refusal.code, bool(refusal.retry_after)) == ("RATE_LIMITED", True)  # noqa: PT017
            return got

    assert [received(2000), received(1)] == passes


def test_a_small_body_is_a_request_and_no_upload(tight: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_count, "FREE_BYTES", 500)
    limiter, app = MemoryLimiter(lambda: 1000.0), Flask("x")
    upload_count.install(app)

    def debt_allows(size: int, chunked: bool) -> bool:
        with app.test_request_context(
            "/", method="POST", data=b"x" * size, environ_overrides={"wsgi.input_terminated": True}
        ):
            if chunked:
                del request.environ["CONTENT_LENGTH"]
            try:
                upload_count.count_body(limiter, tight, is_upload=False)
                while request.environ["wsgi.input"].read(100):
                    pass
            except Refusal:
                return False
            return True

    for chunked in (True, False):
        assert all(debt_allows(500, chunked) for _ in range(10))
    assert debt_allows(1500, chunked=True)  # 1,000 bytes of it count
    assert debt_allows(500, chunked=True)
    assert not debt_allows(501, chunked=True)
    assert not debt_allows(501, chunked=False)


def test_what_was_announced_and_did_not_come_is_given_back(tight: Caller) -> None:
    limiter, app = MemoryLimiter(lambda: 1000.0), Flask("x")
    upload_count.install(app)
    for _ in range(3):  # the client goes away after 300 of 2,000 bytes
        with app.test_request_context("/", method="POST", data=b"x" * 2000):
            upload_count.count_body(limiter, tight, is_upload=True)
            request.environ["wsgi.input"].read(300)
            app.do_teardown_request()
        limiter.upload("ada", tight.tier, 1)
        limiter.give_back("ada", 301)
    with app.test_request_context("/", method="POST", data=b"x" * 2000):
        upload_count.count_body(limiter, tight, is_upload=False)  # JSON of less than a megabyte is no upload
    limiter.upload("ada", tight.tier, 2000)


def test_a_chunked_upload_does_not_escape_the_limit(live_server: LiveServer) -> None:
    key = new_key(live_server)
    place = urlsplit(live_server.url)
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.obj"\r\n\r\n' + TRIANGLE
    piece = b"#" * (1024 * 1024)
    with socket.create_connection((place.hostname, place.port), timeout=60) as wire:
        wire.sendall(
            f"POST /api/v1/mesh/upload HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        # While it arrives, the debt is paid off at 100 MB a minute.
        for data in [head, *[piece] * 300]:
            if select.select([wire], [], [], 0)[0]:
                break
            wire.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        answer = wire.recv(65536)
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"Retry-After: " in answer
