"""Hunyuan3D-Paint as models of the server: licence, installation, over HTTP, and from Blender, on tiny releases."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paint_release
import pytest
from live import LiveServer, assert_refused, wait_until
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.shelf import Shelf
from weights_hub import WeightsHub

from .conftest import VERSIONS
from .test_extension import run_inside

ENGINES = "engines:Steps,paint_release:TinyPaint,paint_release:TinyPaintPbr"
PAINT, PBR = "test_hunyuan_paint", "test_hunyuan_paint_pbr"
FEW = {"steps": 2, "views": 2, "view_size": 256}


def encoded() -> str:
    buffer = io.BytesIO()
    paint_release.picture().save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_from_the_licence_to_blender(
    own_server: Callable[..., LiveServer],
    extension_zip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="the models extra is not installed")
    pytest.importorskip("diffusers", reason="the models extra is not installed")
    hub, release = WeightsHub(), tmp_path / "release"
    hub.files |= paint_release.write_all(release)
    server = own_server(POCKET3D_EXTRA_ENGINES=ENGINES, HF_ENDPOINT=hub.url)
    mesh = paint_release.write_mesh(tmp_path / "mesh.glb")
    with mesh.open("rb") as file:
        sent = server.post("/mesh/upload", files=[("files", ("mesh.glb", file))]).json()

    def submit(**asked: Any) -> Any:
        body = {"mesh_file": sent["files"][0], "seed": 7, "texture_resolution": 512, "parameters": FEW}
        return server.post("/texture/generate", body | asked)

    # Nothing runs and nothing is downloaded before the terms are accepted.
    assert_refused(
        submit(images=[encoded()], model_preference=PAINT), 422, "MODEL_UNAVAILABLE", "has not been accepted"
    )
    assert_refused(server.post(f"/models/{PAINT}/install"), 409, "CONFLICT", "licence")
    assert hub.asked == []
    for model in (PAINT, PBR):
        terms = server.get(f"/models/{model}").json()["licence_terms"]
        assert "European Union" in " ".join(terms["conditions"])
        answer = {"accept": True, "name": "Ada", "licence": terms["name"]}
        assert server.post(f"/models/{model}/licence", answer).status_code == 200
    server.post(f"/models/{PAINT}/install")
    wait_until(lambda: server.get(f"/models/{PAINT}").json()["ready"], 20)
    hub.close()
    pbr = paint_release.TinyPaintPbr.spec
    install(pbr, Shelf.at(server.data_dir, None), Hub.of_environment(), Meter(1), release)
    told = {model["model_id"]: model for model in server.get("/mesh/models").json()["models"]}
    assert told[PBR]["ready"]
    assert set(FEW) <= told[PBR]["parameters"]["properties"].keys()
    assert told[PAINT]["supported_formats"]["input"] == ["mesh", "image"]

    words = assert_refused(
        submit(text_prompt="red bricks", model_preference=PAINT), 422, "INVALID_INPUT", "takes mesh and image"
    )
    assert "builtin_texture" in words["details"]["suggestion"]

    answer = submit(images=[encoded()], text_prompt="red bricks", model_preference=PAINT)
    assert answer.status_code == 202, answer.text
    job = server.wait(answer.json()["job_id"], 60)
    assert job["status"] == "completed", job["error"]
    result = job["result"]
    assert (result["source"], result["has_texture"], result["seed"]) == ("network", True, 7)
    assert (result["model_id"], result["model_revision"]) == (PAINT, "1+9cd649ba6913")
    assert any("text was not used" in note for note in result["notes"])
    path = tmp_path / "painted.glb"
    path.write_bytes(server.get(f"/mesh/download/{job['job_id']}").content)
    asset, own = read_asset(path), read_asset(mesh)
    assert [part.name for part in asset.parts] == [part.name for part in own.parts]
    assert asset.face_count == own.face_count
    assert "Tencent" in asset.extras["licence"]
    assert {p.material.base_color_image.shape for p in asset.primitives()} == {(512, 512, 3)}

    job_id = submit(
        images=[encoded()], model_preference=PAINT, parameters=FEW | {"steps": 200, "delight": False}
    ).json()["job_id"]
    begun = wait_until(
        lambda: (job := server.job(job_id))["stage"] == "painting_views" and job["progress"], 20
    )
    wait_until(lambda: server.job(job_id)["progress"] > begun, 20)
    assert server.post(f"/jobs/{job_id}/cancel").status_code == 200
    assert server.job(job_id)["error"]["error_code"] == "CANCELLED"
    paint_release.picture().save(tmp_path / "picture.png")
    for version in VERSIONS[-1:]:
        monkeypatch.setenv("POCKET3D_CHECKS", "paint")
        monkeypatch.setenv("POCKET3D_PICTURE", str(tmp_path / "picture.png"))
        failures = {
            name: text for name, text in run_inside(version, extension_zip, server, tmp_path).items() if text
        }
        assert not failures, "\n\n".join(failures.values())
