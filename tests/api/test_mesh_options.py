"""What a request may ask of the mesh itself, over HTTP."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import LiveServer, assert_refused
from pocket3d_server.geometry import shapes
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.read import read_asset


def fetched(server: LiveServer, path: str, folder: Path) -> Asset:
    file = folder / Path(path).name
    file.write_bytes(server.get(f"/files/{path}").content)
    return read_asset(file)


def finished(server: LiveServer, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = server.post(path, body)
    assert answer.status_code == 202, answer.text
    job = server.wait(answer.json()["job_id"])
    assert job["status"] == "completed", job
    return dict(job["result"])


def test_a_mesh_that_is_made(live_server: LiveServer, tmp_path: Path) -> None:
    options = {"height": 2.5, "origin": "base", "lods": 2, "unwrap": True}
    body = {"text_prompt": "a cube", "model_preference": "test_steps", "mesh_options": options}
    result = finished(live_server, "/mesh/generate", body)
    made = fetched(live_server, result["file_path"], tmp_path)
    np.testing.assert_allclose(made.bounds(), [[-1.25, 0, -1.25], [1.25, 2.5, 1.25]], atol=1e-5)
    assert all(p.uv is not None for p in made.primitives())
    assert made.extras["request"]["mesh_options"]["height"] == 2.5
    assert [lod["file_path"][-9:] for lod in result["lods"]] == ["_lod1.glb", "_lod2.glb"]
    for lod in result["lods"]:
        assert fetched(live_server, lod["file_path"], tmp_path).face_count == lod["faces"] == 12


def test_a_mesh_that_is_sent_is_changed_before_the_work(live_server: LiveServer, tmp_path: Path) -> None:
    ball = shapes.sphere(1.0)
    file = tmp_path / "ball.glb"
    write_glb(Asset([Part("ball", [Primitive(ball.vertices, ball.faces[5:], Material("m"))])]), file)
    sent = live_server.post("/mesh/upload", files={"mesh": ("ball.glb", io.BytesIO(file.read_bytes()))})
    body = {
        "mesh_file": sent.json()["details"][0]["path"],
        "model_preference": "builtin_rig",
        "character_type": "generic",
        "mesh_options": {"fill_holes": True, "target_faces": 400, "height": 3},
    }
    result = finished(live_server, "/rig/generate", body)
    made = fetched(live_server, result["file_path"], tmp_path)
    assert result["faces"] == made.face_count <= 400
    vertices, faces = made.merged()
    assert np.ptp(vertices[:, 1]) == pytest.approx(3, abs=1e-3)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    assert np.einsum("fc,fc->", a, np.cross(b, c)) / 6 == pytest.approx(4.19 * 1.5**3, rel=0.1)


@pytest.mark.parametrize(
    ("options", "about"),
    [
        ({"target_faces": 3}, "mesh_options.target_faces"),
        ({"lods": 9}, "mesh_options.lods"),
        ({"origin": "top"}, "mesh_options.origin"),
        ({"smooth": True}, "mesh_options.smooth"),
        ([], "mesh_options"),
    ],
)
def test_what_cannot_be_asked(live_server: LiveServer, options: Any, about: str) -> None:
    body = {"text_prompt": "a cube", "mesh_options": options}
    assert_refused(live_server.post("/mesh/generate", body), 422, "INVALID_INPUT", about)
