"""TRELLIS as a model of the server: tiny releases installed, run over HTTP, and from Blender."""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trellis_release
from live import LiveServer, wait_until
from PIL import Image
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.runners.devices import gpus
from pocket3d_server.weights.download import Hub
from pocket3d_server.weights.installing import Meter, install
from pocket3d_server.weights.shelf import Shelf
from weights_hub import WeightsHub

from .conftest import VERSIONS
from .test_extension import run_inside

ENGINES = "engines:Steps,trellis_release:TinyFromImages,trellis_release:TinyFromText"
IMAGE_MODEL, TEXT_MODEL = "test_trellis_image", "test_trellis_text"
FEW = {"structure_steps": 3, "detail_steps": 3, "faces": 2000}


def encoded(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_from_the_hub_to_blender(
    own_server: Callable[..., LiveServer],
    extension_zip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="the models extra is not installed")
    hub, release = WeightsHub(), tmp_path / "release"
    hub.files |= trellis_release.write_all(release)
    server = own_server(POCKET3D_EXTRA_ENGINES=ENGINES, HF_ENDPOINT=hub.url)

    def made(**asked: Any) -> tuple[dict[str, Any], bytes]:
        body = {"seed": 7, "texture_resolution": 512, "parameters": FEW, **asked}
        answer = server.post("/mesh/generate", body)
        assert answer.status_code == 202, answer.text
        job = server.wait(answer.json()["job_id"], 60)
        assert job["status"] == "completed", job["error"]
        return job, server.get(f"/mesh/download/{job['job_id']}").content

    server.post(f"/models/{IMAGE_MODEL}/install")
    wait_until(lambda: server.get(f"/models/{IMAGE_MODEL}").json()["ready"], 20)
    hub.close()
    # The other one from a folder that lacks the decoders: they are here already.
    own = tmp_path / "copied"
    for repository in (trellis_release.TEXT, trellis_release.CLIP):
        shutil.copytree(release / repository, own, dirs_exist_ok=True)
    text = trellis_release.TinyFromText.spec
    install(text, Shelf.at(server.data_dir, None), Hub.of_environment(), Meter(1), own)
    told = {model["model_id"]: model for model in server.get("/mesh/models").json()["models"]}
    assert told[TEXT_MODEL]["ready"]
    on_cpu = not gpus()
    if on_cpu:
        assert told[IMAGE_MODEL]["only_by_name"] is True
        assert told[IMAGE_MODEL]["estimated_time"] == "about 50 minutes"
    assert set(FEW) <= told[IMAGE_MODEL]["parameters"]["properties"].keys()

    views = [encoded(trellis_release.picture()), encoded(trellis_release.picture(25, 5, 40, 60))]
    settings = FEW | {"several_images": "multidiffusion"}
    one, again = [made(images=views, model_preference=IMAGE_MODEL, parameters=settings) for _ in range(2)]
    assert one[1] == again[1], "the same seed, the same file"
    result = one[0]["result"]
    assert (result["source"], result["has_texture"], result["seed"]) == ("network", True, 7)
    assert (result["model_id"], result["model_revision"]) == (IMAGE_MODEL, "1+25e0d31ffbeb")
    assert any("without a GPU" in note for note in result["notes"]) is on_cpu
    path = tmp_path / "one.glb"
    path.write_bytes(one[1])
    asset = read_asset(path)
    assert 100 < asset.face_count <= 2200
    assert all(p.material.base_color_image is not None for p in asset.primitives())
    assert asset.extras["model_revision"] == "1+25e0d31ffbeb"
    assert asset.extras["seed"] == 7
    assert settings.items() <= asset.extras["request"]["parameters"].items()

    empty = {"images": [encoded(Image.new("RGB", (64, 64), "white"))], "model_preference": IMAGE_MODEL}
    job = server.wait(server.post("/mesh/generate", empty).json()["job_id"], 30)
    assert job["error"]["error_code"] == "INVALID_INPUT"
    assert "no object" in job["error"]["message"]

    slow = {"structure_steps": 200, "detail_steps": 200}
    asked = {"images": views[:1], "model_preference": IMAGE_MODEL, "parameters": slow, "seed": 7}
    job_id = server.post("/mesh/generate", asked).json()["job_id"]
    wait_until(lambda: server.job(job_id)["progress"] > 0.25, 20)
    assert server.post(f"/jobs/{job_id}/cancel").status_code == 200
    assert server.job(job_id)["error"]["error_code"] == "CANCELLED"
    steps = [e["progress"] for e in server.events(job_id) if e.get("stage", "").startswith("drawing_")]
    assert len(set(steps)) >= 2
    assert steps == sorted(steps)
    for version in VERSIONS[-1:]:
        monkeypatch.setenv("POCKET3D_CHECKS", "trellis")
        failures = {
            name: text for name, text in run_inside(version, extension_zip, server, tmp_path).items() if text
        }
        assert not failures, "\n\n".join(failures.values())
