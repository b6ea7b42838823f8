"""Hostile uploads against a live server: refused in the documented envelope, with advice, at no cost to it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
import requests
from live import LiveServer, alive, wait_until

from tools.fuzzing import real
from tools.fuzzing.tricks import TRICKS, bomb_png

GROWTH = 48 * 1024**2
LARGEST = 4 * 1024**2
"""Of an attack that is sent; the others are tried on the parsers themselves (tests/geometry)."""
SEEN_LATER = {
    *("glb NaN vertices", "obj index beyond", "obj NaN vertices", "ply huge polygon", "stl NaN vertices"),
    *("zip with lying sizes", "zip with image bomb"),
}
"""Their containers are right; the numbers in them are wrong, which shows when a job reads them."""


def upload(server: LiveServer, name: str, content: bytes) -> requests.Response:
    return server.post("/mesh/upload", files={"files": (name, content)})


def assert_refused(answer: requests.Response) -> str:
    """The message of a refusal that tells its reader what to do."""
    body = answer.json()
    assert answer.status_code == 422, answer.text
    assert set(body) == {"error_code", "message", "details", "timestamp", "request_id"}
    assert body["error_code"] == "INVALID_INPUT"
    assert body["details"]["suggestion"].endswith(".")
    assert "/" not in body["message"].replace("../../etc/passwd", ""), "a path of the server"
    return str(body["message"])


def test_known_attacks_are_refused_and_cost_the_server_nothing(live_server: LiveServer) -> None:
    process = psutil.Process(live_server.process.pid)
    upload(live_server, "warm.png", real.files("image")[0])
    before = process.memory_info().rss
    for name, (suffix, make) in TRICKS.items():
        content = make()
        if name in SEEN_LATER or len(content) > LARGEST:
            continue
        answer = upload(live_server, f"my file{suffix}", content)
        if answer.status_code == 200:
            continue  # found when a job reads it
        assert assert_refused(answer).startswith("my file"), name
    assert process.memory_info().rss - before < GROWTH
    assert live_server.get("/system/health").status_code == 200


@pytest.mark.parametrize("name", sorted(SEEN_LATER))
def test_numbers_that_cannot_be_used_end_the_job_with_advice(live_server: LiveServer, name: str) -> None:
    suffix, make = TRICKS[name]
    path = upload(live_server, f"a{suffix}", make()).json()["files"][0]
    body = {"mesh_file": path, "text_prompt": "wood", "model_preference": "builtin_texture"}
    error = live_server.wait(live_server.post("/texture/generate", body).json()["job_id"])["error"]
    assert error["error_code"] == "INVALID_INPUT", error
    assert error["message"].startswith("The mesh cannot be used: ")
    assert error["details"]["suggestion"].endswith(".")


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (bomb_png(), "pixels"),
        (real.files("image")[0][:100], "cut short"),
        (b"GIF89a" + bytes(50), "GIF image"),
        (real.files(".glb")[0], "not an image"),
        (b"", "is empty"),
    ],
    ids=["bomb", "cut", "gif", "mesh", "empty"],
)
def test_images_inside_json_are_looked_at_too(live_server: LiveServer, content: bytes, about: str) -> None:
    body = {"images": ["data:image/png;base64," + base64.b64encode(content).decode()]}
    message = assert_refused(live_server.post("/mesh/generate", body))
    assert message.startswith("images[0] ")
    assert about in message
    assert not list((live_server.data_dir / "tmp").iterdir())


@pytest.mark.parametrize(
    ("name", "content", "about"),
    [
        ("photo.jpg", b"\0\0\0\x18ftypheic" + bytes(99), "is a HEIC image"),
        ("scene.blend", b"BLENDER-v405" + bytes(99), "is a Blender file"),
        ("scene.gltf", b'{"asset": {"version": "2.0"}, "buffers": [{"uri": "scene.bin"}]}', "glTF in text"),
        ("empty.glb", bytes(99), "nothing but zeros"),
    ],
    ids=["heic", "blend", "gltf", "zeros"],
)
def test_what_people_send_instead_is_named(
    live_server: LiveServer, name: str, content: bytes, about: str
) -> None:
    assert about in assert_refused(upload(live_server, name, content))


@pytest.mark.parametrize(
    "name",
    [b"../../../etc/passwd", "☃ naïve.png".encode(), b"x" * 5000, b"<b>.png"],
    ids=["path", "unicode", "long", "html"],
)
def test_names_are_kept_for_people_only(live_server: LiveServer, name: bytes) -> None:
    answer = upload_raw(live_server, name, real.files("image")[0])
    assert answer.status_code == 200
    assert answer.json()["files"][0].startswith("uploads/img_")
    assert len(answer.json()["details"][0]["name"]) <= 200
    assert "/" not in answer.json()["details"][0]["name"]


def test_a_name_that_is_no_utf8_is_refused(live_server: LiveServer) -> None:
    assert "UTF-8" in assert_refused(upload_raw(live_server, b"\xff\xfe.png", real.files("image")[0]))


def upload_raw(server: LiveServer, name: bytes, content: bytes) -> requests.Response:
    """One file whose name goes out as it is."""
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return server.request("POST", "/mesh/upload", data=head + content + b"\r\n--b--\r\n", headers=headers)


def test_one_bad_file_of_several_refuses_them_all(live_server: LiveServer) -> None:
    sent = [("files", ("good.png", real.files("image")[0])), ("files", ("bad.glb", b"glTF" + bytes(99)))]
    answer = live_server.post("/mesh/upload", files=sent)
    assert assert_refused(answer).startswith("bad.glb ")


def test_uploads_at_once(live_server: LiveServer) -> None:
    contents = [*real.files("image"), *real.files(".glb"), *real.files(".ply")]
    send: Callable[[bytes], int] = lambda content: upload(live_server, "a", content).status_code  # noqa: E731
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, contents)) == {200}


def test_inspectors_end_with_a_killed_server(own_server: Callable[..., LiveServer]) -> None:
    server = own_server()
    assert upload(server, "a", real.files("image")[0]).status_code == 200
    pids = [
        child.pid
        for child in psutil.Process(server.process.pid).children()
        if any("inspector_child" in word for word in child.cmdline())
    ]
    assert len(pids) == 1
    server.kill()
    wait_until(lambda: not alive(pids[0]))
