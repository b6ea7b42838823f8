"""UniRig as a model of the server: a tiny release installed, run over HTTP, and from Blender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import unirig_release
from live import LiveServer, wait_until
from pocket3d_server.geometry.gltf_write import glb_bytes
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.runners.devices import gpus
from weights_hub import WeightsHub

from .conftest import VERSIONS
from .test_extension import run_inside

ENGINES = "engines:Steps,unirig_release:TinyUniRig,unirig_release:EndlessUniRig"
MODEL = "test_unirig"


def test_from_the_hub_to_blender(
    own_server: Callable[..., LiveServer],
    extension_zip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="the models extra is not installed")
    hub = WeightsHub()
    hub.files |= unirig_release.write_all(tmp_path / "release")
    server = own_server(POCKET3D_EXTRA_ENGINES=ENGINES, HF_ENDPOINT=hub.url)
    sent = glb_bytes(unirig_release.figure())
    mesh = server.post("/mesh/upload", files={"files": ("figure.glb", sent)}).json()["files"][0]

    def submitted(**asked: Any) -> str:
        body = {"mesh_file": mesh, "model_preference": MODEL, "seed": 7, "parameters": {"beams": 4}, **asked}
        answer = server.post("/rig/generate", body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    def made(**asked: Any) -> tuple[dict[str, Any], bytes]:
        job = server.wait(submitted(**asked), 60)
        assert job["status"] == "completed", job["error"]
        return job, server.get(f"/mesh/download/{job['job_id']}").content

    refused = server.post("/rig/generate", {"mesh_file": mesh, "model_preference": MODEL})
    assert "install" in refused.text.lower(), "weights first"
    server.post(f"/models/{MODEL}/install")
    server.post("/models/test_unirig_endless/install")
    for model in (MODEL, "test_unirig_endless"):
        wait_until(lambda model=model: server.get(f"/models/{model}").json()["ready"], 20)
    hub.close()
    told = server.get(f"/models/{MODEL}").json()
    on_cpu = not gpus()
    if on_cpu:
        assert told["only_by_name"] is True

    (job, file), (_, again) = made(), made()
    assert file == again, "the same seed, the same file"
    result = job["result"]
    assert (result["source"], result["animation_ready"], result["seed"]) == ("network", True, 7)
    assert result["bones"][0]["parent"] is None
    assert any("without a GPU" in note for note in result["notes"]) is on_cpu
    path = tmp_path / "rigged.glb"
    path.write_bytes(file)
    asset = read_asset(path)
    assert asset.skeleton is not None
    assert len(asset.skeleton.names) == result["bone_count"] > 4
    for back, given in zip(asset.primitives(), unirig_release.figure().primitives(), strict=True):
        np.testing.assert_allclose(back.vertices, given.vertices, atol=1e-6)
        np.testing.assert_array_equal(back.faces, given.faces)
        assert back.weights is not None
        np.testing.assert_allclose(back.weights.sum(axis=1), 1, atol=1e-3)
    assert asset.extras["model_id"] == MODEL
    fewer, _ = made(bone_count=4, include_weights=False, output_format="obj", character_type="quadruped")
    assert (fewer["result"]["bone_count"], fewer["result"]["animation_ready"]) == (4, False)
    assert any("No animal was recognised" in note for note in fewer["result"]["notes"])

    job_id = submitted(model_preference="test_unirig_endless")
    wait_until(lambda: server.job(job_id)["progress"] > 0.15, 30)
    assert server.post(f"/jobs/{job_id}/cancel").status_code == 200
    assert server.job(job_id)["error"]["error_code"] == "CANCELLED"
    steps = [e["progress"] for e in server.events(job_id) if e.get("stage") == "drawing_skeleton"]
    assert len(set(steps)) >= 2
    assert steps == sorted(steps)
    for version in VERSIONS[-1:]:
        monkeypatch.setenv("POCKET3D_CHECKS", "unirig")
        failures = {
            name: text for name, text in run_inside(version, extension_zip, server, tmp_path).items() if text
        }
        assert not failures, "\n\n".join(failures.values())
