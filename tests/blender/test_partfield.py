"""PartField as a model of the server: a tiny checkpoint accepted, installed, run over HTTP, and from Blender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import partfield_release
import pytest
from live import LiveServer, assert_refused, wait_until
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.gltf_write import write_glb
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.geometry.shapes.primitives import torus
from weights_hub import WeightsHub

from .conftest import VERSIONS
from .test_extension import run_inside

ENGINES = "engines:Steps,partfield_release:TinyPartField"
MODEL = "test_partfield"
FEW = {"points": 2000}


def test_from_the_hub_to_blender(
    own_server: Callable[..., LiveServer],
    extension_zip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch", reason="the models extra is not installed")
    hub = WeightsHub()
    hub.files |= partfield_release.write_release(tmp_path / "release")
    server = own_server(POCKET3D_EXTRA_ENGINES=ENGINES, HF_ENDPOINT=hub.url)
    told = server.get(f"/models/{MODEL}").json()
    terms = told["licence_terms"]
    assert (told["ready"], terms["must_accept"], terms["accepted"]) == (False, True, False)
    assert "Non-commercial use only" in terms["conditions"]
    assert_refused(server.post(f"/models/{MODEL}/install"), 409, "CONFLICT", "licence")
    accepted = server.post(
        f"/models/{MODEL}/licence", {"accept": True, "name": "Ada", "licence": terms["name"]}
    )
    assert accepted.ok, accepted.text
    assert server.post(f"/models/{MODEL}/install").ok
    wait_until(lambda: server.get(f"/models/{MODEL}").json()["ready"], 20)
    hub.close()
    assert {"parts", "grouping", "bridges", "points"} == told["parameters"]["properties"].keys()

    ring = torus(0.5, 0.2)
    source = Asset(
        [Part("ring", [Primitive(ring.vertices, ring.faces, Material.from_srgb("red", (1, 0, 0)))])]
    )
    write_glb(source, tmp_path / "ring.glb")
    with (tmp_path / "ring.glb").open("rb") as file:
        uploaded = server.request("POST", "/mesh/upload", files={"files": ("ring.glb", file)}).json()
    body = {
        "seed": 7,
        "mesh_file": uploaded["files"][0],
        "model_preference": MODEL,
        "min_part_size": 10,
        "parameters": FEW | {"parts": 5},
    }

    def made(**more: Any) -> tuple[dict[str, Any], bytes]:
        answer = server.post("/segment/analyze", body | more)
        assert answer.status_code == 202, answer.text
        job = server.wait(answer.json()["job_id"], 60)
        assert job["status"] == "completed", job["error"]
        return job, server.get(f"/mesh/download/{job['job_id']}").content

    one, again = made(), made()
    assert one[1] == again[1], "the same mesh, the same parts"
    result = one[0]["result"]
    assert (result["source"], result["model_id"], result["total_parts"]) == ("network", MODEL, 5)
    assert [part["part_id"] for part in result["parts"]] == [f"part_{k + 1}" for k in range(5)]
    assert [part["label"] for part in result["parts"]] == [f"Part {k + 1}" for k in range(5)]
    assert len({part["color"] for part in result["parts"]}) == 5
    assert sum(part["faces"] for part in result["parts"]) == len(ring.faces)
    (tmp_path / "parts.glb").write_bytes(one[1])
    asset = read_asset(tmp_path / "parts.glb")
    assert len(asset.parts) == 5
    assert {p.material.name for p in asset.primitives()} == {"red"}
    assert asset.extras["model_id"] == MODEL

    job_id = server.post("/segment/analyze", body | {"parameters": {"points": 500_000}}).json()["job_id"]
    wait_until(lambda: server.job(job_id)["progress"] > 0.02, 20)
    assert server.post(f"/jobs/{job_id}/cancel").status_code == 200
    assert server.job(job_id)["error"]["error_code"] == "CANCELLED"

    monkeypatch.setenv("POCKET3D_CHECKS", "partfield")
    failures = {
        name: text for name, text in run_inside(VERSIONS[-1], extension_zip, server, tmp_path).items() if text
    }
    assert not failures, "\n\n".join(failures.values())
