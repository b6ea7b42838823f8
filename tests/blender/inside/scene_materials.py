"""Materials that stand in for an object's own: step by step back, and metal that can be seen."""

from __future__ import annotations

import bpy
from support import cube, module, params, run


def names(obj: bpy.types.Object) -> list[str]:
    return [m.name for m in obj.data.materials]


def shown(obj: bpy.types.Object) -> set[str]:
    return {obj.data.materials[p.material_index].name for p in obj.data.polygons}


def check_parts_stand_on_a_texture_and_give_it_back() -> None:
    obj = cube()
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    (paint,) = shown(obj)
    run(params().SegmentParams("test_halves"), obj)
    assert shown(obj) == {"Head", "Body"}
    run(params().SegmentParams("test_halves"), obj)  # again: no slots pile up
    assert len(names(obj)) == 4, names(obj)
    assert bpy.ops.pocket3d.restore_materials() == {"FINISHED"}
    assert names(obj) == ["Own", paint], "the texture is lost"
    assert shown(obj) == {paint}
    assert obj.data.uv_layers["Pocket3D"].active_render
    assert bpy.ops.pocket3d.restore_materials() == {"FINISHED"}
    assert names(obj) == ["Own"]
    assert shown(obj) == {"Own"}
    assert obj.data.uv_layers["UVMap"].active_render
    assert not bpy.ops.pocket3d.restore_materials.poll()


def check_a_new_texture_takes_the_place_of_all_before() -> None:
    obj = cube()
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    run(params().SegmentParams("test_halves"), obj)
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    assert len(names(obj)) == 2
    assert bpy.ops.pocket3d.restore_materials() == {"FINISHED"}
    assert names(obj) == ["Own"]


def check_pieces_keep_the_texture() -> None:
    obj = cube()
    run(params().TextureParams("test_paint", text_prompt="red"), obj)
    (paint,) = shown(obj)
    run(params().SegmentParams("test_halves"), obj)
    made = module("scene.separating").separate(bpy.context, obj, own_materials=True)
    assert [names(o) for o in made] == [[paint], [paint]]


def check_metal_is_not_black_in_solid_view() -> None:
    data = module("core.meshes.results").MaterialData("m", metallic=1.0)
    made = module("scene.materials").make_material(data, "m")
    shader = next(n for n in made.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    assert shader.inputs["Metallic"].default_value == 1.0
    assert 0.2 < made.metallic < 0.6
