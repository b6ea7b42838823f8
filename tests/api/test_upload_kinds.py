"""What an uploaded file is, and what is refused because of what it is."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable

import pytest
import requests
from live import LiveServer, assert_refused

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


TRIANGLE = b"v 0 0 0\nv 1 0 0\nv %s 1 0\nf 1 2 %d\n"


TRIANGLE_PLY = (
    b"ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
    b"element face 1\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
)


CUBE = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"


def upload(server: LiveServer, name: str, data: bytes) -> str:
    """The path of an uploaded file."""
    return str(server.post("/mesh/upload", files={"f": (name, data)}).json()["files"][0])


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


@pytest.mark.parametrize(
    ("name", "data", "path"),
    [
        ("photo.exe", PIXEL, ".png"),
        ("../../evil.obj", CUBE, ".obj"),
        ("naïve ☃.ply", TRIANGLE_PLY, ".ply"),
        ("a.stl", b"solid a\nfacet normal 0 0 1\n", ".stl"),
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
    assert_refused(send(a=("a.glb", b"hello")), 422, "INVALID_INPUT", "FBX, PLY and STL meshes. Export other")
    assert_refused(send(a=("a.png", b"")), 422, "INVALID_INPUT", "empty")
    assert_refused(send(a=("a.zip", b"PK\x03\x04broken")), 422, "INVALID_INPUT", "zip")
    assert_refused(send(a=("a.png", PIXEL[:30])), 422, "INVALID_INPUT", "decoded")
    assert_refused(send(**{f"f{i}": ("a.png", PIXEL) for i in range(11)}), 422, "INVALID_INPUT", "at most 10")
    assert_refused(live_server.post("/mesh/upload"), 422, "INVALID_INPUT", "multipart")
    assert not list((live_server.data_dir / "tmp").iterdir())
    assert_refused(send(a=("a.fbx", b"; FBX 7.7.0 project file\n")), 422, "INVALID_INPUT", "FBX in text")
    image = live_server.post("/mesh/upload", files={"f": ("a.png", PIXEL)}).json()["files"][0]
    assert_refused(live_server.post("/rig/generate", {"mesh_file": image}), 422, "INVALID_INPUT", "image")


def test_a_file_over_the_limit_is_refused_while_it_arrives(own_server: Callable[..., LiveServer]) -> None:
    server = own_server(POCKET3D_MAX_FILE_BYTES=str(1024 * 1024), POCKET3D_MAX_BODY_BYTES="100000")
    big = io.BytesIO(b"glTF" + bytes(3 * 1024 * 1024))
    assert_refused(server.post("/mesh/upload", files={"f": ("a.glb", big)}), 413, "FILE_TOO_LARGE", "a.glb")
    assert not list((server.data_dir / "tmp").iterdir())
    body = {"text_prompt": "x", "images": ["A" * 200_000]}
    assert_refused(server.post("/mesh/generate", body), 413, "FILE_TOO_LARGE", "100000")
