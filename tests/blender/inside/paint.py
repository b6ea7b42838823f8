"""What a network painted comes onto the artist's own object. The server has the tiny release of ``test_paint``."""

from __future__ import annotations

import os

import bpy
from support import cube, module, params, run


def check_a_networks_colours_metal_and_roughness_arrive() -> None:
    obj = cube(location=(0, 0, 2))
    request = params().TextureParams(
        "test_hunyuan_paint_pbr",
        images=(os.environ["POCKET3D_PICTURE"],),
        seed=7,
        texture_resolution=512,
        parameters={"steps": 2, "views": 2, "view_size": 256},
    )
    run(request, obj)
    assert [u.name for u in obj.data.uv_layers] == ["UVMap", "Pocket3D"]
    assert {p.material_index for p in obj.data.polygons} == {1}
    tree = obj.data.materials[1].node_tree
    pictures = {tuple(node.image.colorspace_settings.name for node in tree.nodes if node.type == "TEX_IMAGE")}
    assert pictures in ({("sRGB", "Non-Color")}, {("Non-Color", "sRGB")})
    (shader,) = (node for node in tree.nodes if node.type == "BSDF_PRINCIPLED")
    assert all(shader.inputs[name].is_linked for name in ("Base Color", "Metallic", "Roughness"))
    history = module("core.jobs.provenance").from_text(obj["pocket3d"])
    assert history[-1]["model"]["id"] == "test_hunyuan_paint_pbr"
    assert "Tencent" in str(history[-1])
    assert bpy.context.view_layer.objects.active == obj
