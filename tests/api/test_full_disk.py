"""A disk that really is full: a small file system in memory, mounted for the server alone."""

from __future__ import annotations

import base64
import contextlib
import io
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from live import LiveServer, wait_until
from PIL import Image

SIZE_MB = 48
MB = 1024 * 1024
TRIANGLE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


class SmallServer(LiveServer):
    """Its data folder has ``SIZE_MB``; nobody but the server sees it, and it is gone with the server."""

    def __init__(self, folder: Path) -> None:
        data = folder / "data"
        data.mkdir()
        mount = f'mount -t tmpfs -o size={SIZE_MB}m tmpfs "{data}" && exec "$@"'
        self.prefix = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh")
        super().__init__(folder, "--token-file", str(folder / "token"), POCKET3D_MIN_FREE_MB="0")

    @property
    def seen(self) -> Path:
        """The data folder as the server sees it."""
        return Path(f"/proc/{self.process.pid}/root{self.data_dir}")

    def fill(self, leave: int = 0) -> None:
        """Use up the disk but for some bytes."""
        with (self.seen / "filler").open("ab", buffering=0) as file:
            left = shutil.disk_usage(self.seen).free - leave
            with contextlib.suppress(OSError):
                while left > 0:
                    left -= file.write(bytes(min(left, MB)))

    def empty(self) -> None:
        (self.seen / "filler").unlink()


def _can_mount() -> bool:
    try:
        command = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not _can_mount(), reason="this system lets no user mount a file system")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallServer]:
    server = SmallServer(tmp_path_factory.mktemp("small"))
    yield server
    server.stop()


@pytest.fixture
def full(server: SmallServer) -> Iterator[SmallServer]:
    """The server with a full disk; afterwards there is room again, and it must have recovered."""
    server.fill()
    yield server
    if (server.seen / "filler").exists():
        server.empty()
    assert server.wait(server.submit(), 90)["status"] == "completed"
    assert not list((server.seen / "tmp").iterdir())


def assert_full(answer: requests.Response) -> None:
    assert (answer.status_code, answer.json()["error_code"]) == (507, "STORAGE_FULL"), answer.text
    assert "disk is full" in answer.json()["message"]
    assert "elete" in answer.json()["details"]["suggestion"]
    assert int(answer.headers["Retry-After"]) > 0


def noise() -> bytes:
    """A PNG of about 750 kB."""
    picture = Image.frombytes("RGB", (500, 500), random.Random(1).randbytes(750_000))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def endless(size: int) -> Iterator[bytes]:
    """A multipart body of unknown length, so that only the disk itself can end it."""
    yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.glb"\r\n\r\nglTF'
    for _ in range(size // MB):
        yield bytes(MB)
    yield b"\r\n--b--\r\n"


def test_an_upload_that_fills_the_disk_leaves_nothing(server: SmallServer) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert_full(server.request("POST", "/mesh/upload", data=endless(2 * SIZE_MB * MB), headers=headers))
    wait_until(lambda: not list((server.seen / "tmp").iterdir()))
    assert not list((server.seen / "uploads").iterdir())
    announced = server.post("/mesh/upload", files={"f": ("a.glb", b"glTF" + bytes(SIZE_MB * MB))})
    assert_full(announced)
    assert server.post("/mesh/upload", files={"f": ("a.obj", TRIANGLE)}).status_code == 200


def test_an_image_inside_a_submit_that_finds_no_room(full: SmallServer) -> None:
    image = base64.b64encode(noise()).decode()
    body = {"images": [image], "model_preference": "test_steps"}
    assert_full(full.post("/mesh/generate", body))
    assert not any((full.seen / "inputs").iterdir())


def test_a_database_without_room_refuses_and_forgets_nothing(full: SmallServer) -> None:
    """Jobs are taken until the database is full; those that were taken end, those that were refused are not there."""
    taken: list[str] = []
    answer: Any = None
    body = {"text_prompt": "word " * 399, "model_preference": "test_steps"}
    for _ in range(400):
        answer = full.post("/mesh/generate", body)
        if answer.status_code != 202:
            break
        taken.append(answer.json()["job_id"])
    assert_full(answer)
    assert full.get("/system/health").status_code == 200
    assert full.get("/jobs").status_code == 200
    full.empty()
    for job_id in taken:
        job = full.wait(job_id, 90)
        assert job["status"] == "completed" or job["error"]["error_code"] == "STORAGE_FULL", job
    pages = full.get("/jobs", params={"limit": 200, "status": "queued"}).json()["jobs"]
    assert pages == []


def test_a_result_that_finds_no_room_is_made_again_when_there_is_some(server: SmallServer) -> None:
    job_id = server.submit(steps=20, seconds=0.1)
    wait_until(lambda: server.job(job_id)["stage"].startswith("step_"), 60)
    server.fill()
    behind = server.post("/mesh/generate", {"text_prompt": "x", "model_preference": "test_steps"})
    wait_until(lambda: "disk is full" in server.log_file.read_text().rpartition(job_id)[2], 60)
    assert server.job(job_id)["status"] != "completed"
    server.empty()
    job = server.wait(job_id, 90)
    assert job["status"] == "completed", job
    stem = Path(job["result"]["file_path"]).stem.removeprefix("mesh_")
    assert {path.name for path in (server.seen / "outputs").glob(f"*{stem}*")} == {
        Path(job["result"][name]).name for name in ("file_path", "preview_image")
    }
    if behind.status_code == 202:
        assert server.wait(behind.json()["job_id"], 60)["status"] == "completed"
    else:
        assert_full(behind)
