"""Files over HTTP: by path and by link, in parts, listed and deleted; from the data folder and from a bucket alike."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from databases import Backend
from live import LiveServer, alive, wait_until
from PIL import Image
from pocket3d_server.jobs.links import Links

TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


@pytest.fixture(scope="module", params=["folder", "bucket"])
def server(
    backend: Backend, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """One that keeps its files in the data folder, and one that keeps them in a bucket (another folder)."""
    folder = tmp_path_factory.mktemp("files")
    settings = {} if request.param == "folder" else {"POCKET3D_STORAGE_URL": (folder / "bucket").as_uri()}
    server = LiveServer(folder, **settings, **backend.environment(folder))
    yield server
    server.stop()


def kept(server: LiveServer, path: str) -> Path:
    """Where a file lies on this machine."""
    bucket = server.folder / "bucket"
    return (bucket if bucket.exists() else server.data_dir) / path


def upload(server: LiveServer, name: str = "cube.obj", data: bytes = TRIANGLE) -> str:
    answer = server.post("/mesh/upload", files={"files": (name, data)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["files"][0])


def made(server: LiveServer, **parameters: Any) -> dict[str, Any]:
    job = server.wait(server.submit(**parameters))
    assert job["status"] == "completed", job
    return job


@pytest.fixture(scope="module")
def job(server: LiveServer) -> dict[str, Any]:
    """A job whose files the tests only read."""
    return made(server)


def refused(answer: requests.Response, status: int, code: str, about: str = "") -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text
    assert about in answer.json()["message"]
    assert answer.json()["details"]["suggestion"]


def test_a_job_of_each_kind_of_input(server: LiveServer) -> None:
    mesh = upload(server)
    pixel = upload(server, "a.png", _png())
    body = {"mesh_file": mesh, "images": [pixel, _data_uri()], "model_preference": "test_paint"}
    job_id = server.post("/texture/generate", body).json()["job_id"]
    painted = server.wait(job_id)
    assert painted["status"] == "completed", painted
    assert server.get(f"/mesh/download/{job_id}").content[:4] == b"glTF"
    rig = server.post("/rig/generate", {"mesh_file": f"job:{job_id}", "model_preference": "test_bones"})
    assert server.wait(rig.json()["job_id"])["status"] == "completed"
    assert kept(server, mesh).exists()
    assert not list((server.data_dir / "tmp").iterdir())
    for place in (mesh, painted["result"]["file_path"]):
        assert server.get(f"/files/{place}").headers["ETag"]


def test_links_work_without_credentials_until_they_do_not(server: LiveServer, job: dict[str, Any]) -> None:
    result = job["result"]
    mesh, preview = (
        requests.get(result["download_url"], timeout=30),
        requests.get(result["preview_url"], timeout=30),
    )
    assert mesh.content[:4] == b"glTF"
    assert hashlib.sha256(mesh.content).hexdigest() == result["sha256"]
    assert preview.headers["Content-Type"] == "image/jpeg"
    assert result["download_url"].startswith(f"{server.url}/download/{Path(result['file_path']).name}?token=")
    assert server.get("/jobs").json()["jobs"][-1]["result"]["download_url"]
    assert "X-RateLimit-Limit" in mesh.headers
    keys = (server.data_dir / "link_keys").read_text().split()
    token = parse_qs(urlsplit(result["download_url"]).query)["token"][0]
    old = Links(keys, 3600, server.url, clock=lambda: time.time() - 3610)
    refused(requests.get(old.download_url("local", result["file_path"]), timeout=30), 410, "GONE", "expired")
    forged = Links(["other"], 3600, server.url).download_url("local", result["file_path"])
    stolen = result["preview_url"].partition("?")[0] + f"?token={token}"
    for url in (forged, stolen, result["download_url"][:-3], result["download_url"].partition("?")[0]):
        refused(requests.get(url, timeout=30), 403, "FORBIDDEN")
    foreign = Links(keys, 3600, server.url).download_url("acc_nobody", result["file_path"])
    refused(requests.get(foreign, timeout=30), 404, "NOT_FOUND")


@pytest.mark.parametrize("way", ["link", "path", "job"])
def test_parts_conditions_and_names(server: LiveServer, job: dict[str, Any], way: str) -> None:
    result = job["result"]
    url = {
        "link": result["download_url"],
        "path": f"{server.url}/api/v1/files/{result['file_path']}",
        "job": f"{server.url}/api/v1/mesh/download/{job['job_id']}",
    }[way]

    def ask(method: str = "GET", **headers: str) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if way != "link":
            given["Authorization"] = f"Bearer {server.token}"
        return requests.request(method, url, headers=given, timeout=30)

    whole = ask()
    size, tag = len(whole.content), whole.headers["ETag"]
    assert size == result["file_size"]
    assert tag == f'"{result["sha256"]}"'
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"].startswith("private")
    assert "a-cube.glb" in whole.headers["Content-Disposition"]
    assert whole.headers["Content-Disposition"].startswith("inline" if way == "path" else "attachment")
    for spec, first, last in (
        ("0-3", 0, 3),
        ("4-", 4, size - 1),
        ("-5", size - 5, size - 1),
        (f"0-{size * 2}", 0, size - 1),
    ):
        part = ask(Range=f"bytes={spec}")
        assert (part.status_code, part.content) == (206, whole.content[first : last + 1])
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    beyond = ask(Range=f"bytes={size}-")
    refused(beyond, 416, "INVALID_INPUT")
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
    assert ask(Range="bytes=0-3", If_Range=tag).status_code == 206
    assert ask(Range="bytes=0-3", If_Range='"other"').content == whole.content
    for passed_over in ("bytes=0-4,10-14", "bytes=5-2", "foo", "items=0-4", "bytes=a-b"):
        answer = ask(Range=passed_over)
        assert (answer.status_code, answer.content) == (200, whole.content), passed_over
    made, earlier = whole.headers["Last-Modified"], "Mon, 01 Jan 2001 00:00:00 GMT"
    assert ask(If_Match=tag).status_code == ask(If_Match="*").status_code == 200
    assert ask(If_Unmodified_Since=made).status_code == 200
    assert ask(If_Match=tag, If_Unmodified_Since=earlier).status_code == 200  # If-Match decides alone
    assert ask(If_Match='"x"').headers["Content-Type"] == "application/json"
    refused(ask(If_Match='"x"'), 412, "CONFLICT", "If-Match")
    refused(ask(If_Match=f"W/{tag}"), 412, "CONFLICT", "If-Match")
    refused(ask(If_Match='"x"', Range="bytes=0-3"), 412, "CONFLICT", "If-Match")
    refused(ask(If_Unmodified_Since=earlier), 412, "CONFLICT", "If-Unmodified-Since")
    assert ask(If_None_Match=tag, Range="bytes=0-3").status_code == 304
    assert ask(If_None_Match='"x"', If_Modified_Since=made).status_code == 200
    assert ask(If_Modified_Since=made).status_code == 304
    same = ask(If_None_Match=tag)
    assert (same.status_code, same.content) == (304, b"")
    assert ask(If_None_Match='"other"').status_code == 200
    head = ask("HEAD")
    assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(size))


def test_names_for_people(server: LiveServer) -> None:
    named = upload(server, "Ritter — Schloß (v2).obj")
    said = server.get(f"/files/{named}").headers["Content-Disposition"]
    assert "filename*=UTF-8''Ritter-Schlo%C3%9F-v2.obj" in said
    assert 'filename="Ritter-Schlo-v2.obj"' in said
    for awkward in ('a"; x="y.obj', "../../etc/passwd.obj", "a\\b.obj"):
        said = server.get(f"/files/{upload(server, awkward)}").headers["Content-Disposition"]
        name = said.partition('filename="')[2].partition('"')[0]
        assert name.endswith(".obj")
        assert not set(name) & set('/\\"; ')


def test_files_are_listed_in_pages_with_what_they_take(server: LiveServer) -> None:
    paths = [upload(server) for _ in range(3)]
    seen: list[str] = []
    cursor = None
    while len(seen) < 3:
        page = server.get("/files", params={"limit": 2, "cursor": cursor, "kind": "upload"}).json()
        seen += [file["path"] for file in page["files"]]
        cursor = page["next_cursor"]
    assert seen[:3] == paths[::-1]
    first = server.get("/files", params={"kind": "upload"}).json()
    assert (
        first["files"][0] | {"name": "cube.obj", "size": len(TRIANGLE), "job_id": None} == first["files"][0]
    )
    assert first["storage"]["uploads"] >= 3 * len(TRIANGLE)
    assert first["storage"]["limit"] is None
    outputs = server.get("/files", params={"kind": "output"}).json()["files"]
    assert all(file["job_id"] for file in outputs)
    refused(server.get("/files", params={"cursor": "x"}), 422, "INVALID_INPUT", "cursor")


def test_uploads_and_jobs_are_deleted_but_not_while_a_job_needs_their_files(
    server: LiveServer, job: dict[str, Any]
) -> None:
    path = upload(server)
    busy = [server.submit("test_hangs") for _ in range(2)]
    wait_until(lambda: all(server.job(j)["status"] == "processing" for j in busy), 30)
    body = {"mesh_file": path, "model_preference": "test_bones"}
    needs = server.post("/rig/generate", body).json()["job_id"]
    refused(server.request("DELETE", f"/files/{path}"), 409, "CONFLICT", "needed by 1 job")
    chained = server.post("/rig/generate", body | {"mesh_file": f"job:{job['job_id']}"}).json()["job_id"]
    refused(server.request("DELETE", f"/jobs/{job['job_id']}"), 409, "CONFLICT", "needed by 1 job")
    for job_id in [needs, chained, *busy]:
        server.post(f"/jobs/{job_id}/cancel")
    assert server.request("DELETE", f"/files/{path}").status_code == 204
    assert not kept(server, path).exists()
    refused(server.get(f"/files/{path}"), 404, "NOT_FOUND")
    refused(server.request("DELETE", f"/files/{path}"), 404, "NOT_FOUND")
    refused(server.post("/rig/generate", body), 422, "INVALID_INPUT", "does not exist")
    refused(
        server.request("DELETE", f"/files/{job['result']['file_path']}"),
        409,
        "CONFLICT",
        "belongs to the job",
    )
    stranger = server.cli("keys", "create", "Eve").strip()
    mine = upload(server)
    refused(server.request("DELETE", f"/files/{mine}", token=stranger), 404, "NOT_FOUND")
    refused(server.get(f"/files/{mine}", token=stranger), 404, "NOT_FOUND")


def test_a_deleted_job_takes_its_files_and_links_along(server: LiveServer) -> None:
    job = made(server)
    files = [kept(server, job["result"][name]) for name in ("file_path", "preview_image")]
    assert all(path.exists() for path in files)
    assert server.request("DELETE", f"/jobs/{job['job_id']}").status_code == 204
    assert not any(path.exists() for path in files)
    refused(requests.get(job["result"]["download_url"], timeout=30), 404, "NOT_FOUND")


def test_a_file_that_vanished_says_so(server: LiveServer) -> None:
    job = made(server)
    kept(server, job["result"]["file_path"]).unlink()
    refused(server.get(f"/mesh/download/{job['job_id']}"), 404, "NOT_FOUND", "not there any more")


def test_a_bucket_and_kill_9(tmp_path: Path, own_server: Callable[..., LiveServer]) -> None:
    """Killed in the middle of a job: it ends once, with its files; what belongs to nothing is swept."""
    bucket = tmp_path / "bucket"
    server = own_server(POCKET3D_STORAGE_URL=bucket.as_uri())
    pid_file = tmp_path / "pid"
    job_id = server.submit(steps=20, seconds=0.1, pid_file=str(pid_file))
    runner = int(wait_until(lambda: pid_file.exists() and pid_file.read_text(), 30))
    server.kill()
    orphan = bucket / "outputs" / "mesh_orphan.glb"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"half")
    os.utime(orphan, (time.time() - 7200,) * 2)
    wait_until(lambda: not alive(runner), 5)
    server.start()
    job = server.wait(job_id)
    assert job["status"] == "completed"
    wait_until(lambda: not orphan.exists(), 10)
    names = {path.name for path in (bucket / "outputs").iterdir()}
    assert names == {Path(job["result"][name]).name for name in ("file_path", "preview_image")}
    assert not list((server.data_dir / "outputs").iterdir())


def test_a_bucket_out_of_reach(tmp_path: Path, own_server: Callable[..., LiveServer]) -> None:
    """Uploads and downloads say so; a job that cannot be stored is tried again, then fails; nothing completes."""
    bucket = tmp_path / "bucket"
    server = own_server(POCKET3D_STORAGE_URL=bucket.as_uri(), POCKET3D_MAX_ATTEMPTS="1")
    good = made(server)
    bucket.rename(tmp_path / "away")
    bucket.write_bytes(b"no folder")
    refused(server.post("/mesh/upload", files={"f": ("a.obj", TRIANGLE)}), 503, "STORAGE_UNAVAILABLE")
    failed = server.wait(server.submit())
    assert "storage" in failed["error"]["message"]
    assert failed["result"] is None
    bucket.unlink()
    (tmp_path / "away").rename(bucket)
    assert requests.get(good["result"]["download_url"], timeout=30).status_code == 200
    assert made(server)


def test_a_storage_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    import subprocess
    import sys

    for url, about in (("memory://x", "file:///folder"), ("bucket", "s3://"), ("nothing://x", "nothing")):
        command = [
            sys.executable,
            "-m",
            "pocket3d_server",
            "serve",
            "--data-dir",
            str(tmp_path),
            "--port",
            "0",
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"POCKET3D_STORAGE_URL": url},
        )
        assert done.returncode == 2, done.stderr
        assert about in done.stderr
        assert "Traceback" not in done.stderr


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(out, "PNG")
    return out.getvalue()


def _data_uri() -> str:
    return "data:image/png;base64," + base64.b64encode(_png()).decode()


def test_a_quota_is_told_before_the_first_byte_and_while_bytes_arrive(
    own_server: Callable[..., LiveServer],
) -> None:
    server = own_server(POCKET3D_STORAGE_QUOTA_MB="1")
    key = server.cli("keys", "create", "Ada").strip()

    def send(data: Any, **headers: str) -> requests.Response:
        kind = {"Content-Type": "multipart/form-data; boundary=b"}
        return server.request("POST", "/mesh/upload", token=key, data=data, headers=kind | headers)

    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.obj"\r\n\r\n' + TRIANGLE
    comment = b"# " + b"x" * 1000 + b"\n"
    tail = b"\r\n--b--\r\n"
    assert send(head + comment * 600 + tail).status_code == 200
    refused(send(head + comment * 500 + tail), 507, "STORAGE_FULL", "You may store 1 MB; you use 0.574 MB")
    refused(send(iter([head, *[comment] * 500, tail])), 507, "STORAGE_FULL", "You may store 1 MB")
    files = server.get("/files", token=key).json()
    assert (len(files["files"]), files["storage"]["limit"]) == (1, 1024 * 1024)
    assert send(head + comment * 435 + tail).status_code == 200
    assert not list((server.data_dir / "tmp").iterdir())
    assert made(server), "others are not concerned"


def test_images_inside_requests_count_until_their_jobs_have_ended(
    own_server: Callable[..., LiveServer],
) -> None:
    server = own_server(POCKET3D_STORAGE_QUOTA_MB="2", POCKET3D_CPU_JOBS="1")
    key = server.cli("keys", "create", "Ada").strip()
    picture = io.BytesIO()
    Image.frombytes("RGB", (600, 500), random.Random(1).randbytes(900_000)).save(picture, "PNG")
    size = len(picture.getvalue())

    def submit(model: str, dry: str = "", pictures: int = 1) -> requests.Response:
        images = [base64.b64encode(picture.getvalue()).decode()] * pictures
        body = {"images": images, "model_preference": model}
        return server.post(f"/mesh/generate{dry}", body, token=key)

    def stored() -> int:
        return int(server.get("/files", token=key).json()["storage"]["inputs"])

    def folders() -> set[str]:
        return {path.name for path in (server.data_dir / "inputs").iterdir()}

    ids = [submit("test_hangs").json()["job_id"] for _ in range(2)]
    assert stored() == 2 * size == server.get("/account", token=key).json()["usage"]["stored_bytes"]
    for dry in ("", "?dry_run=true"):
        answer = submit("test_hangs", dry)
        refused(answer, 507, "STORAGE_FULL", "you use 1.72 MB, and this needs 0.86 MB more")
        assert "Images inside your requests take 1.72 MB" in answer.json()["details"]["suggestion"]
    server.kill()
    server.start()
    assert stored() == 2 * size
    assert folders() == set(ids)
    for job_id in ids:
        assert server.post(f"/jobs/{job_id}/cancel", token=key).status_code == 200
    assert stored() == 0
    wait_until(lambda: not folders())
    for model in ("test_steps", "test_refuses"):
        assert submit(model, pictures=2).status_code == 202
        wait_until(lambda: not folders(), 30)
    refused(submit("test_steps", pictures=3), 507, "STORAGE_FULL", "this needs 2.58 MB more")
    assert folders() == set()


def test_a_job_keeps_its_result_when_its_files_time_is_over(own_server: Callable[..., LiveServer]) -> None:
    server = own_server(POCKET3D_KEEP_OUTPUTS_DAYS="0.00001")
    job = made(server)
    mesh = server.data_dir / job["result"]["file_path"]
    time.sleep(1)
    server.stop()
    server.start()
    wait_until(lambda: not mesh.exists(), 20)
    after = server.job(job["job_id"])
    assert after["status"] == "completed"
    assert after["result"]["sha256"] == job["result"]["sha256"]
    for answer in (
        server.get(f"/mesh/download/{job['job_id']}"),
        server.get(f"/files/{job['result']['preview_image']}"),
        requests.get(after["result"]["download_url"], timeout=30),
    ):
        refused(answer, 410, "GONE", "was deleted on")
    body = {"mesh_file": f"job:{job['job_id']}", "model_preference": "test_bones"}
    refused(server.post("/rig/generate", body), 422, "INVALID_INPUT", "was deleted on")
    assert server.get("/files").json()["files"] == []
    assert server.request("DELETE", f"/jobs/{job['job_id']}").status_code == 204
