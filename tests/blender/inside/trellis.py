"""What a neural model made comes in like everything else. The server has the tiny release of ``test_trellis``."""

from __future__ import annotations

from support import module, params, run


def check_a_networks_mesh_arrives_with_its_texture() -> None:
    settings = {"structure_steps": 3, "detail_steps": 3, "faces": 2000}
    request = params().MeshParams(
        "test_trellis_text", text_prompt="a red chair", seed=7, texture_resolution=512, parameters=settings
    )
    _, (obj,) = run(request, title="A red chair")
    assert (obj.name, obj.type) == ("A red chair", "MESH")
    assert 100 < len(obj.data.polygons) <= 2200
    (material,) = obj.data.materials
    pictures = [node.image for node in material.node_tree.nodes if node.type == "TEX_IMAGE"]
    assert (512, 512) in [tuple(picture.size) for picture in pictures]
    assert obj.data.uv_layers.active
    history = module("core.jobs.provenance").from_text(obj["pocket3d"])
    assert (history[0]["model"]["id"], history[0]["seed"]) == ("test_trellis_text", "7")
