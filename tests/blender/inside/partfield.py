"""Parts that a neural model found come in like all others. The server has the tiny release of ``test_partfield``."""

from __future__ import annotations

import bpy
from support import module, params, run


def check_a_networks_parts_land_on_the_mesh() -> None:
    bpy.ops.mesh.primitive_torus_add(major_segments=40, minor_segments=16)
    obj = bpy.context.object
    obj.data.materials.append(bpy.data.materials.new("Own"))
    faces = len(obj.data.polygons)
    settings = {"points": 2000, "parts": 4}
    run(params().SegmentParams("test_partfield", min_part_size=10, parameters=settings), obj)
    names = [f"Part {k + 1}" for k in range(4)]
    assert module("scene.parts").part_names(obj) == names
    assert [m.name for m in obj.data.materials] == ["Own", *names]
    assert {p.material_index for p in obj.data.polygons} == {1, 2, 3, 4}
    assert len(obj.data.polygons) == faces
    history = module("core.jobs.provenance").from_text(obj["pocket3d"])
    assert history[0]["model"]["id"] == "test_partfield"
